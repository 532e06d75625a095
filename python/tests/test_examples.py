"""The examples of the repository work as they are."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path
from typing import Any

import pytest
from caller import SECRET, make_call, make_control, make_run, prepare, read, send
from fake_worker import FakeWorker
from fake_zou import DONE, PERSON, RETAKE, TASKS, FakeZou, make_gazu_call

EXAMPLES = Path(__file__).parents[2] / "examples"
pytestmark = pytest.mark.skipif(not EXAMPLES.exists(), reason="The examples are in the repository")


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("FORWARD_SECRET", SECRET)

    def load(path: str) -> Any:
        pytest.importorskip(path.split("/")[0])
        spec = importlib.util.spec_from_file_location("example", EXAMPLES / path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def test_flask_receiver(load: Any) -> None:
    client = load("flask/receiver.py").app.test_client()
    call = make_call(input={"note": "Final"})
    body, headers = prepare(call)
    answer = client.post("/kitsu", data=body, headers=headers)
    assert (answer.json["title"], answer.json["text"]) == ("2 of 2 published", "Final")
    body, headers = prepare(make_control("undo", call["run"], data=answer.json["undo"]["data"]))
    assert client.post("/kitsu", data=body, headers=headers).json["title"] == "2 unpublished"


def test_flask_receiver_undoes_all_that_it_published(load: Any) -> None:
    client = load("flask/receiver.py").app.test_client()
    body, headers = prepare(make_call(tasks=150, input={"note": ""}))
    undo = client.post("/kitsu", data=body, headers=headers).json["undo"]
    body, headers = prepare(make_control("undo", make_run(), data=undo["data"]))
    assert client.post("/kitsu", data=body, headers=headers).json["title"] == "150 unpublished"


def test_flask_long_work(load: Any, worker: FakeWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECONDS_A_TASK", "0")
    receiver = load("flask/long_work.py").receiver
    assert read(send(receiver, make_call(run=make_run(worker.url))))["controls"] == ["cancel", "pause"]
    assert [one["state"] for one in worker.wait_for_end()["outcomes"]] == ["done", "done"]


def test_flask_set_status(load: Any, zou: FakeZou) -> None:
    receiver = load("flask/set_status.py").receiver
    assert read(send(receiver, make_gazu_call("set-status", trust="claimed")))["code"] == "not-verified"
    options = read(send(receiver, make_gazu_call("set-status")))["fields"][0]["options"]
    assert options[0] == {"value": DONE, "label": "Done", "color": "#22d160"}
    zou.refused = {TASKS[2]}
    answers = {"status": DONE, "comment": "Good"}
    reply = read(send(receiver, make_gazu_call("set-status", input=answers)))
    assert (reply["title"], reply["severity"]) == ("1 of 2 set", "warning")
    assert zou.comments == [(TASKS[1], DONE, "Good", PERSON)]
    artist = read(send(receiver, make_gazu_call("set-status", role="user", input=answers)))
    assert [one["state"] for one in artist["outcomes"]] == ["skipped", "skipped"]
    assert len(zou.comments) == 1


def test_tornado_receiver(load: Any) -> None:
    receiver = load("tornado/receiver.py").receiver
    assert read(send(receiver, make_call()))["title"] == "2 published"


def test_tornado_retake(load: Any, worker: FakeWorker, zou: FakeZou) -> None:
    receiver = load("tornado/retake.py").receiver
    assert read(send(receiver, make_gazu_call("retake", role="user")))["code"] == "not-allowed"
    call = make_gazu_call("retake", run=make_run(worker.url), input={"comment": "Hands"})
    assert asyncio.run(receiver.handle_async(*prepare(call))).status == 202
    assert worker.wait_for_end()["title"] == "2 of 2 sent to retake"
    assert zou.comments == [(TASKS[1], RETAKE, "Hands", PERSON), (TASKS[2], RETAKE, "Hands", PERSON)]


def test_tornado_serves(load: Any) -> None:
    from tornado.httpclient import AsyncHTTPClient
    from tornado.httpserver import HTTPServer
    from tornado.testing import bind_unused_port

    app = load("tornado/receiver.py").make_app()

    async def call() -> bytes:
        socket, port = bind_unused_port()
        server = HTTPServer(app)
        server.add_sockets([socket])
        body, headers = prepare(make_call())
        answer = await AsyncHTTPClient().fetch(
            f"http://127.0.0.1:{port}/kitsu", method="POST", body=body, headers=headers
        )
        server.stop()
        await server.close_all_connections()
        return answer.body

    assert b"2 published" in asyncio.run(call())
