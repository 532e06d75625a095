"""Every Python snippet of the README runs, and does what the text says. A section is one program."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from caller import SECRET, make_call, make_control, make_run, read, send
from fake_worker import FakeWorker
from fake_zou import DONE, PERSON, TASKS, FakeZou, make_gazu_call

from kitsu_actions import Receiver

README = Path(__file__).parent.parent / "README.md"
ANSWERS = {"note": "n", "format": "png", "version": "12"}


def read_sections() -> dict[str, str]:
    sections = re.split(r"^## ", README.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    snippets = {
        section.splitlines()[0]: "\n".join(re.findall(r"^```python\n(.*?)^```", section, re.MULTILINE | re.DOTALL))
        for section in sections
    }
    return {title: program for title, program in snippets.items() if program}


SECTIONS = read_sections()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("FORWARD_SECRET", SECRET)

    def run(section: str) -> Receiver:
        module = ModuleType("readme")
        exec(compile(SECTIONS[section], f"README.md, {section}", "exec"), vars(module))
        receiver = module.receiver
        assert isinstance(receiver, Receiver)
        return receiver

    return run


def test_each_section_is_tested() -> None:
    tested = re.findall(r'run\("(.*?)"\)', Path(__file__).read_text(encoding="utf-8"))
    assert set(SECTIONS) == set(tested)


def test_the_quick_start_has_ten_lines() -> None:
    assert len([line for line in SECTIONS["Quick start"].splitlines() if line]) <= 10


def test_quick_start(run: Any) -> None:
    pytest.importorskip("flask")
    assert read(send(run("Quick start"), make_call()))["title"] == "2 published"


def test_what_a_function_gets(run: Any) -> None:
    receiver = run("What a function gets")
    assert read(send(receiver, make_call()))["title"] == "2 published"
    person = {"id": "p1", "role": "manager", "trust": "claimed"}
    assert read(send(receiver, make_call(person=person)))["code"] == "not-verified"
    refused = read(send(receiver, make_call(person={"id": "p1", "role": "user", "trust": "session"})))
    assert refused["outcomes"][0]["reason"] == "Not your role in Film"


def test_what_it_answers(run: Any) -> None:
    reply = read(send(run("What it answers"), make_call()))
    assert (reply["title"], reply["outcomes"][1]["reason"]) == ("1 of 2 published", "No version")


def test_asking(run: Any) -> None:
    receiver = run("Asking")
    assert read(send(receiver, make_call()))["title"] == "Publish"
    wrong = read(send(receiver, make_call(input={**ANSWERS, "version": "13"})))
    assert wrong["fields"][2]["error"] == "Is taken"
    plan = read(send(receiver, make_call(input=ANSWERS)))
    assert (plan["title"], plan["plan"]) == ("Publish 2 tasks as png?", "t1,t2")
    answers = {field["name"]: field["value"] for field in plan["fields"]}
    assert answers == ANSWERS
    assert read(send(receiver, make_call(input=answers, plan=plan["plan"])))["title"] == "Published"


def test_long_work(run: Any, worker: FakeWorker) -> None:
    receiver = run("Long work")
    response = send(receiver, make_call(run=make_run(worker.url)))
    assert read(response)["controls"] == ["cancel", "pause"]
    assert worker.wait_for_end()["title"] == "2 of 2 published"


def test_cancel_pause_and_undo(run: Any) -> None:
    receiver = run("Cancel, pause and undo")
    render = make_call("render")
    assert read(send(receiver, render))["controls"] == ["cancel"]
    canceled = send(receiver, make_control("cancel", render["run"], "render"))
    assert read(canceled)["title"] == "job 7 is canceled"
    publish = make_call()
    offer = read(send(receiver, publish))["undo"]
    undone = send(receiver, make_control("undo", publish["run"], data=offer["data"]))
    assert read(undone)["title"] == "1 files are unpublished"


def test_with_gazu(run: Any, zou: FakeZou) -> None:
    receiver = run("With gazu")
    assert read(send(receiver, make_gazu_call("set-status")))["fields"][0]["options"][0]["label"] == "Done"
    zou.refused = {TASKS[2]}
    reply = read(send(receiver, make_gazu_call("set-status", input={"status": DONE, "comment": "Good"})))
    assert reply["title"] == "1 of 2 set"
    assert [outcome["state"] for outcome in reply["outcomes"]] == ["done", "failed"]
    assert zou.comments == [(TASKS[1], DONE, "Good", PERSON)]
