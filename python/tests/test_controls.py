"""Cancel, pause, resume and undo reach the functions for them."""

from __future__ import annotations

from typing import Any, Optional

import pytest
from caller import make_call, make_control, make_run, read, send

from kitsu_actions import Call, Control, Done, Failed, Receiver, Started, Undo, UndoOffer


def publish(call: Call) -> Started:
    return Started("Publishing")


def test_the_buttons_of_a_run_are_the_functions_of_its_action(receiver: Receiver) -> None:
    action = receiver.action("publish")(publish)
    assert "controls" not in read(send(receiver, make_call()))
    action.cancel(lambda control: None)
    action.pause(lambda control: None)
    assert read(send(receiver, make_call()))["controls"] == ["cancel"]
    action.resume(lambda control: None)
    assert read(send(receiver, make_call()))["controls"] == ["cancel", "pause"]


def test_a_control_says_who_clicked(receiver: Receiver) -> None:
    controls: list[Control] = []
    action = receiver.action("publish")(publish)
    action.cancel(lambda control: controls.append(control))
    run = make_run()
    assert send(receiver, make_control("cancel", run)).status == 204
    [control] = controls
    assert (control.type, control.run.id, control.person.name) == ("cancel", run["id"], "Ada")


@pytest.mark.parametrize(
    ("result", "status", "kind"),
    [
        (Started("Publishing", paused=True), 202, "started"),
        (Done("Canceled", severity="warning"), 200, "done"),
        (Failed("half-done", "Half of it is published"), 200, "failed"),
    ],
)
def test_a_control_may_say_how_the_run_is_now(receiver: Receiver, result: Any, status: int, kind: str) -> None:
    action = receiver.action("publish")(publish)
    action.pause(lambda control: result)
    response = send(receiver, make_control("pause", make_run()))
    assert (response.status, read(response)["kind"]) == (status, kind)


def test_a_control_that_fails_is_refused_and_may_be_tried_again(receiver: Receiver) -> None:
    action = receiver.action("publish")(publish)
    refusals = iter([Failed("too-late", "It is too late", "The last file is being copied.", status=409)])

    @action.cancel
    def stop(control: Control) -> None:
        for refusal in refusals:
            raise refusal

    control = make_control("cancel", make_run())
    response = send(receiver, control, control["run"]["id"] + "-cancel-1")
    # The status refuses it: the same reply with 200 would end the run.
    assert (response.status, read(response)["title"]) == (409, "It is too late")
    assert send(receiver, control, control["run"]["id"] + "-cancel-1").status == 204


def test_an_exception_in_a_control_refuses_it(receiver: Receiver) -> None:
    action = receiver.action("publish")(publish)

    @action.cancel
    def stop(control: Control) -> None:
        raise OSError("/secret")

    response = send(receiver, make_control("cancel", make_run()))
    assert response.status == 500
    assert "secret" not in response.body.decode()


def test_a_run_of_another_process_is_canceled_and_cannot_be_paused(receiver: Receiver) -> None:
    receiver.action("publish")(publish)
    response = send(receiver, make_control("cancel", make_run()))
    assert read(response) == {"kind": "done", "title": "Canceled", "severity": "warning"}
    response = send(receiver, make_control("pause", make_run()))
    assert response.status == 409
    assert "another process" in read(response)["text"]


def test_an_undo_gets_the_data_of_its_offer(receiver: Receiver) -> None:
    undone: list[Any] = []

    @receiver.action("publish")
    def run(call: Call) -> Done:
        return Done("Published", undo=UndoOffer({"ids": [1, 2]}, "Unpublish", seconds=60))

    @run.undo
    def unpublish(undo: Undo) -> Done:
        undone.append((undo.data, undo.person.name))
        return Done("Unpublished")

    call = make_call()
    offer = read(send(receiver, call))["undo"]
    assert offer == {"data": {"ids": [1, 2]}, "label": "Unpublish", "seconds": 60}
    response = send(receiver, make_control("undo", call["run"], data=offer["data"]))
    assert (response.status, read(response)["title"]) == (200, "Unpublished")
    assert undone == [({"ids": [1, 2]}, "Ada")]


def test_an_undo_that_failed_may_be_tried_again(receiver: Receiver) -> None:
    action = receiver.action("publish")(publish)
    failures = iter([Failed("locked", "The folder is locked")])

    @action.undo
    def unpublish(undo: Undo) -> Optional[Done]:
        for failure in failures:
            raise failure
        return Done("Unpublished")

    undo = make_control("undo", make_run())
    assert read(send(receiver, undo))["code"] == "locked"
    assert read(send(receiver, undo))["title"] == "Unpublished"
    # Once it is undone, it is not undone again.
    assert read(send(receiver, undo))["title"] == "Unpublished"


def test_an_undo_that_returns_a_failure_has_ended(receiver: Receiver) -> None:
    action = receiver.action("publish")(publish)
    action.undo(lambda undo: Failed("half", "Half of it is still published"))
    undo = make_control("undo", make_run())
    assert (send(receiver, undo).status, send(receiver, undo).status) == (200, 200)


def test_an_offer_without_a_function_is_a_mistake(receiver: Receiver) -> None:
    receiver.action("publish")(lambda call: Done("Published", undo=UndoOffer()))
    assert 'give "publish" a function for it, with @….undo' in read(send(receiver, make_call()))["text"]
    response = send(receiver, make_control("undo", make_run()))
    assert (response.status, read(response)["code"]) == (409, "no-undo")


def test_an_undo_ends_at_once(receiver: Receiver) -> None:
    action = receiver.action("publish")(publish)
    wrong: Any = lambda undo: Started("Unpublishing")  # noqa: E731
    action.undo(wrong)
    assert "must return Done, Failed or None" in read(send(receiver, make_control("undo", make_run())))["text"]


def test_two_functions_for_the_same_are_a_mistake(receiver: Receiver) -> None:
    action = receiver.action("publish")(publish)
    action.cancel(lambda control: None)
    with pytest.raises(ValueError, match='"publish" has two functions for cancel'):
        action.cancel(lambda control: None)
