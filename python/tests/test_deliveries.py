"""Each delivery runs once, so that a target may say `idempotent = true`."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from caller import make_call, prepare, read, send

from kitsu_actions import Call, Done, Failed, Receiver, Response, deliveries


@pytest.fixture
def count(receiver: Receiver) -> list[str]:
    runs: list[str] = []

    @receiver.action("publish")
    def publish(call: Call) -> Done:
        runs.append(call.run.id)
        return Done(f"Published {len(runs)}")

    return runs


def test_a_repeated_delivery_gets_the_same_response(receiver: Receiver, count: list[str]) -> None:
    message = make_call()
    assert send(receiver, message) == send(receiver, message)
    assert len(count) == 1


def test_another_run_and_an_answer_are_not_repetitions(receiver: Receiver, count: list[str]) -> None:
    message = make_call()
    send(receiver, message)
    send(receiver, make_call())
    for answer in ({"input": {"note": "a"}}, {"input": {"note": "b"}}, {"input": {"note": "b"}, "plan": "v1"}):
        message["call"].update(answer)
        send(receiver, message)
    assert len(count) == 5


def test_what_may_have_changed_meanwhile_does_not_make_it_another_call(receiver: Receiver, count: list[str]) -> None:
    message = make_call()
    send(receiver, message)
    message["reader"]["theme"] = "light"
    send(receiver, message)
    assert len(count) == 1


def test_a_failure_is_repeated_but_not_run_again(receiver: Receiver) -> None:
    runs: list[str] = []

    @receiver.action("publish")
    def publish(call: Call) -> Done:
        runs.append(call.run.id)
        raise OSError("half of it is published")

    message = make_call()
    assert send(receiver, message) == send(receiver, message)
    assert len(runs) == 1


def test_a_busy_server_runs_it_the_second_time(receiver: Receiver) -> None:
    failures = iter([Failed("busy", "Busy", status=503)])

    @receiver.action("publish")
    def publish(call: Call) -> Done:
        for failure in failures:
            raise failure
        return Done("Published")

    message = make_call()
    assert send(receiver, message).status == 503
    assert read(send(receiver, message))["title"] == "Published"


def test_a_delivery_that_comes_meanwhile_waits_for_the_response(receiver: Receiver) -> None:
    started, may_end = threading.Event(), threading.Event()
    runs: list[str] = []

    @receiver.action("publish")
    def publish(call: Call) -> Done:
        runs.append(call.run.id)
        started.set()
        may_end.wait(30)
        return Done("Published")

    message = make_call()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(send, receiver, message)
        assert started.wait(30)
        second = pool.submit(send, receiver, message)
        may_end.set()
        assert first.result() == second.result()
    assert len(runs) == 1


def test_an_async_delivery_that_comes_meanwhile_waits_too(receiver: Receiver) -> None:
    runs: list[str] = []

    async def serve() -> list[Response]:
        may_end = asyncio.Event()

        @receiver.action("publish")
        async def publish(call: Call) -> Done:
            runs.append(call.run.id)
            await may_end.wait()
            return Done("Published")

        body, headers = prepare(make_call())
        both = [asyncio.ensure_future(receiver.handle_async(body, headers)) for _ in range(2)]
        await asyncio.sleep(0)
        may_end.set()
        return list(await asyncio.gather(*both))

    first, second = asyncio.run(serve())
    assert first == second
    assert len(runs) == 1


def test_a_delivery_that_gives_up_waiting_does_not_disturb_the_first(receiver: Receiver) -> None:
    async def serve() -> Response:
        may_end = asyncio.Event()

        @receiver.action("publish")
        async def publish(call: Call) -> Done:
            await may_end.wait()
            return Done("Published")

        body, headers = prepare(make_call())
        first, second = (asyncio.ensure_future(receiver.handle_async(body, headers)) for _ in range(2))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.sleep(0)
        may_end.set()
        return await first

    assert asyncio.run(serve()).status == 200


def test_a_delivery_whose_process_is_interrupted_runs_again(receiver: Receiver) -> None:
    interruptions = iter([KeyboardInterrupt()])

    @receiver.action("publish")
    def publish(call: Call) -> Done:
        for interruption in interruptions:
            raise interruption
        return Done("Published")

    message = make_call()
    with pytest.raises(KeyboardInterrupt):
        send(receiver, message)
    assert read(send(receiver, message))["title"] == "Published"


def test_the_memory_is_bounded(receiver: Receiver, count: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "_MAX_DELIVERIES", 3)
    first = make_call()
    send(receiver, first)
    for _ in range(3):
        send(receiver, make_call())
    assert len(receiver._deliveries) == 3
    send(receiver, first)
    assert len(count) == 5
    monkeypatch.setattr(deliveries, "_MAX_BYTES", 100)
    send(receiver, make_call())
    assert len(receiver._deliveries) == 1
