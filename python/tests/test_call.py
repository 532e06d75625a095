"""A call has what the action server knows, and whatever older ones have claimed."""

from __future__ import annotations

from typing import Any

import pytest
from caller import make_call, make_run, make_task, read, send
from fake_worker import FakeWorker

from kitsu_actions import Call, Done, Named, Person, Reader, Receiver, Status, Task


def receive(receiver: Receiver, message: dict[str, Any]) -> Call:
    calls: list[Call] = []
    receiver.action("publish")(lambda call: calls.append(call))
    assert send(receiver, message).status == 204
    return calls[0]


def test_the_person_the_reader_and_the_tasks_are_typed(receiver: Receiver) -> None:
    message = make_call(tasks=1)
    message["call"].update(missing=["t9"], params={"preset": "4k"}, retryOf={"id": "r1", "at": 1})
    call = receive(receiver, message)
    assert call.person == Person(
        trust="session",
        id="p1",
        name="Ada",
        email="ada@studio.example",
        role="user",
        locale="fr_FR",
        timezone="Europe/Paris",
        project_roles={"pr1": "supervisor"},
    )
    assert call.person.is_verified
    assert (call.person.role_in("pr1"), call.person.role_in("pr2")) == ("supervisor", "user")
    assert call.reader == Reader("en-GB", "Europe/London", "dark")
    assert call.tasks == (
        Task(
            id="t1",
            label="SQ01 / SH0010 / Animation",
            entity=Named("e1", "SH0010"),
            entity_type="Shot",
            task_type=Named("tt1", "Animation"),
            status=Status("s1", "Todo", "todo"),
            project=Named("pr1", "Film"),
            sequence=Named("sq1", "SQ01"),
        ),
    )
    assert (call.missing, call.params, call.retry_of) == (("t9",), {"preset": "4k"}, "r1")
    assert (call.run.id, call.run.url, call.action) == (message["run"]["id"], message["run"]["url"], "publish")
    assert call.input is None
    assert call.raw == message


def test_an_older_action_server_sends_only_claims(receiver: Receiver) -> None:
    message = make_call()
    for name in ("type", "person", "tasks"):
        del message[name]
    message["call"]["person"] = {"id": "p1", "email": "ada@studio.example"}
    call = receive(receiver, message)
    assert call.person == Person(trust="unchecked", id="p1", email="ada@studio.example")
    assert not call.person.is_verified
    assert call.tasks == (Task("t1", "t1"), Task("t2", "t2"))
    assert call.all_tasks() == list(call.tasks)


@pytest.mark.parametrize("trust", ["claimed", "unchecked", "certain", 1, ["session"]])
def test_only_proved_persons_are_verified(receiver: Receiver, trust: Any) -> None:
    person = receive(receiver, make_call(person={"id": "p1", "trust": trust})).person
    assert not person.is_verified
    assert person.trust == ("claimed" if trust == "claimed" else "unchecked")


def test_odd_members_do_not_break_a_call(receiver: Receiver) -> None:
    odd = {"person": [], "tasks": [None, {}, {"id": "t1", "entity": 1}], "reader": "fr", "call": 7}
    call = receive(receiver, {**make_call(), **odd})
    assert (call.tasks, call.reader, call.missing) == ((Task("t1", "t1"),), Reader(), ())


def test_a_long_selection_is_read_to_its_end(receiver: Receiver, worker: FakeWorker) -> None:
    worker.tasks = {
        "/tasks?from=2": {"tasks": [make_task(3), make_task(4)], "next": f"{worker.url}/tasks?from=4"},
        "/tasks?from=4": {"tasks": [make_task(5)]},
    }
    message = make_call(run=make_run(worker.url), more_tasks={"url": f"{worker.url}/tasks?from=2", "count": 3})
    assert [task.id for task in receive(receiver, message).all_tasks()] == ["t1", "t2", "t3", "t4", "t5"]


def test_an_empty_page_ends_the_selection(receiver: Receiver, worker: FakeWorker) -> None:
    url = f"{worker.url}/tasks"
    worker.tasks = {"/tasks": {"tasks": [], "next": url}}
    message = make_call(run=make_run(worker.url), more_tasks={"url": url, "count": 3})
    assert len(receive(receiver, message).all_tasks()) == 2


def test_a_selection_that_is_gone_is_a_failure(receiver: Receiver, worker: FakeWorker) -> None:
    receiver.action("publish")(lambda call: Done(str(len(call.all_tasks()))))
    message = make_call(run=make_run(worker.url), more_tasks={"url": f"{worker.url}/tasks", "count": 3})
    response = send(receiver, message)
    assert (response.status, read(response)["code"]) == (502, "tasks-gone")
