"""Questions are asked until the answers fit."""

from __future__ import annotations

from typing import Any

import pytest
from caller import make_call, read, send

from kitsu_actions import Ask, Call, Done, Field, Input, Option, Receiver

FORMATS = [Option("exr", "OpenEXR"), Option("png", "PNG")]
FORM = Ask(
    "Publish",
    fields=[
        Field("note", "Note", "long-text", max_length=5),
        Field("version", "Version", "number", min=1, max=99, required=True),
        Field("name", "Name", pattern="[a-z]+"),
        Field("format", "Format", "one-of", options=FORMATS, value="exr"),
        Field("passes", "Passes", "several-of", options=FORMATS),
        Field("day", "Day", "date", min="2026-01-01"),
        Field("slate", "Slate", "toggle"),
    ],
)
GOOD = {
    **{"note": "ok", "version": "12", "name": "abc", "format": "png"},
    **{"passes": ["", "exr", "png"], "day": "2026-11-23", "slate": "on"},
}


def answer(receiver: Receiver, form: Ask = FORM, **members: Any) -> dict[str, Any]:
    @receiver.action("publish")
    def publish(call: Call) -> Done:
        answers = call.ask(form)
        return Done(f"{answers.number('version')} {answers.several('passes')} {answers.is_on('slate')}")

    return read(send(receiver, make_call(reader={"language": "de-DE"}, **members)))


def test_the_first_answer_is_the_questions(receiver: Receiver) -> None:
    assert answer(receiver) == FORM.to_wire()


def test_answers_that_fit_are_read_as_what_they_mean(receiver: Receiver) -> None:
    assert answer(receiver, input=GOOD)["title"] == "12.0 ['exr', 'png'] True"


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("note", "longer", "Darf höchstens 5 Zeichen haben"),
        ("version", "", "Darf nicht leer sein"),
        ("version", "many", "Muss eine Zahl sein"),
        ("version", "0,5", "Muss mindestens 1 sein"),
        ("version", 100, "Darf höchstens 99 sein"),
        ("name", "ABC", "Hat das falsche Format"),
        ("format", "tif", "Steht nicht zur Auswahl"),
        ("passes", ["exr", "tif"], "Steht nicht zur Auswahl"),
        ("day", "tomorrow", "Muss ein Tag sein, wie 2026-11-23"),
        ("day", "2025-12-31", "Muss mindestens 2026-01-01 sein"),
    ],
)
def test_what_does_not_fit_is_asked_again(receiver: Receiver, name: str, value: Any, error: str) -> None:
    reply = answer(receiver, input={**GOOD, name: value})
    assert reply["kind"] == "ask"
    [wrong] = [field for field in reply["fields"] if "error" in field]
    assert (wrong["name"], wrong["error"]) == (name, error)
    values = {field["name"]: field.get("value") for field in reply["fields"]}
    expected = {**GOOD, "passes": ["exr", "png"], "slate": True, name: value if name == "passes" else str(value)}
    assert values == expected


def test_going_back_and_new_questions_ask_again_without_errors(receiver: Receiver) -> None:
    reply = answer(receiver, input=GOOD, isBack=True)
    assert reply["kind"] == "ask"
    assert [field.get("error") for field in reply["fields"]] == [None] * 7


def test_incomplete_answers_ask_again(receiver: Receiver) -> None:
    assert answer(receiver, input={"version": "12"})["kind"] == "ask"


def test_the_function_can_find_what_is_wrong(receiver: Receiver) -> None:
    @receiver.action("publish")
    def publish(call: Call) -> Done:
        call.ask(FORM)
        call.ask_again(FORM, {"name": "There is no such person"}, "Nothing was published.")

    reply = read(send(receiver, make_call(input=GOOD)))
    assert reply["problem"] == "Nothing was published."
    assert reply["fields"][2]["error"] == "There is no such person"


def test_an_error_of_a_field_that_is_not_there_is_a_mistake(receiver: Receiver) -> None:
    @receiver.action("publish")
    def publish(call: Call) -> Done:
        call.ask_again(FORM, {"nane": "Wrong"})

    assert 'has no field "nane"' in read(send(receiver, make_call(input=GOOD)))["text"]


def test_a_plan_is_confirmed_as_it_is_now(receiver: Receiver) -> None:
    form = Ask("Delete 2 files?", dangerous=True, plan="v2")
    assert answer(receiver, form) == form.to_wire()


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ("v2", None),
        ("v1", "Seit der letzten Ansicht hat sich etwas geändert. Es wurde nichts ausgeführt: Bitte erneut prüfen."),
    ],
)
def test_another_plan_is_asked_again(receiver: Receiver, plan: str, expected: str) -> None:
    form = Ask("Delete 2 files?", dangerous=True, plan="v2")
    reply = answer(receiver, form, input={}, plan=plan)
    assert (reply["kind"], reply.get("problem")) == ("ask" if expected else "done", expected)


def test_a_second_form_brings_the_answers_of_the_first(receiver: Receiver) -> None:
    first = Ask("Which version?", fields=[Field("version", "Version", "number")])

    @receiver.action("publish")
    def publish(call: Call) -> Done:
        version = call.ask(first).text("version")
        second = Ask(f"Publish {version}?", fields=[Field("version", "Version", "hidden")], plan=version)
        return Done(f"{call.ask(second).text('version')} is published")

    call = make_call()
    assert read(send(receiver, call))["title"] == "Which version?"
    call["call"]["input"] = {"version": "12"}
    confirmation = read(send(receiver, call))
    assert (confirmation["title"], confirmation["fields"][0]["value"]) == ("Publish 12?", "12")
    assert "problem" not in confirmation
    call["call"]["plan"] = "12"
    assert read(send(receiver, call))["title"] == "12 is published"


def test_a_function_may_not_swallow_a_question(receiver: Receiver) -> None:
    @receiver.action("publish")
    def publish(call: Call) -> Done:
        try:
            call.ask(FORM)
        except Exception:
            return Done("Swallowed")
        return Done("Published")

    assert read(send(receiver, make_call()))["kind"] == "ask"


def test_answers_are_read_in_every_form_that_they_are_sent_in() -> None:
    answers = Input({"on": ["", "on"], "off": [""], "yes": True, "no": False, "n": 1e-7, "one": "a", "text": " x "})
    assert [answers.is_on(name) for name in ("on", "off", "yes", "no", "absent")] == [True, False, True, False, False]
    assert (answers.number("n"), answers.number("absent")) == (1e-7, None)
    assert (answers.several("one"), answers.several("absent"), answers.text("text")) == (["a"], [], "x")
