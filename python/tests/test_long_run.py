"""Long work reports how far it is, until its end has arrived."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any, Optional, Union

import pytest
from caller import make_call, make_control, make_run, prepare, read, send
from fake_worker import DROPPED, EARLY, OVER, STALE, FakeWorker

from kitsu_actions import (
    Ask,
    Call,
    Canceled,
    Control,
    Done,
    Failed,
    LongRun,
    Outcome,
    Receiver,
    Started,
    UndoOffer,
    report_sender,
)

End = Union[Done, Failed, None]


def start(receiver: Receiver, worker: FakeWorker, work: Any, *, pausable: bool = False) -> dict[str, str]:
    """Starts the work, and returns its run."""

    @receiver.action("publish")
    def publish(call: Call) -> Started:
        return call.start(work, "Publishing", pausable=pausable)

    message = make_call(run=make_run(worker.url))
    response = send(receiver, message)
    assert response.status == 202
    controls = ["cancel", "pause"] if pausable else ["cancel"]
    paused = {"paused": False} if pausable else {}
    assert read(response) == {"kind": "started", "title": "Publishing", "controls": controls, **paused}
    run: dict[str, str] = message["run"]
    return run


def copy(run: LongRun) -> Done:
    run.progress(1, 2, "sh010", left=90, outcomes=[task.outcome("running") for task in run.call.tasks])
    return Done("Published")


def test_the_end_is_what_the_work_returns(receiver: Receiver, worker: FakeWorker) -> None:
    start(receiver, worker, copy)
    assert worker.wait_for_end() == {"kind": "done", "title": "Published", "severity": "success"}


def test_progress_is_reported_with_its_outcomes(receiver: Receiver, worker: FakeWorker) -> None:
    def work(run: LongRun) -> None:
        run.progress(1, 2, "sh010", left=90, outcomes=[Outcome("t1", "SH010", "running")])
        worker.wait_for(lambda: len(worker.reports) == 1)
        run.progress(2, 2)
        worker.wait_for(lambda: len(worker.reports) == 2)

    start(receiver, worker, work)
    worker.wait_for_end()
    outcomes = [{"id": "t1", "label": "SH010", "state": "running"}]
    common = {"kind": "started", "title": "Publishing", "controls": ["cancel"], "outcomes": outcomes}
    assert worker.reports == [
        {**common, "progress": {"done": 1, "total": 2, "text": "sh010", "left": 90}},
        {**common, "progress": {"done": 2, "total": 2}},
        {"kind": "done", "title": "Publishing", "severity": "success"},
    ]


def test_the_newest_report_is_repeated_while_there_is_no_progress(
    receiver: Receiver, worker: FakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_sender, "REPEAT_AFTER_S", 0.01)
    monkeypatch.setattr(report_sender, "INTERVAL_S", 0.01)
    may_end = threading.Event()

    def work(run: LongRun) -> None:
        run.progress(1, 2, "sh010")
        may_end.wait(30)

    start(receiver, worker, work)
    worker.wait_for(lambda: sum(report["progress"]["done"] == 1 for report in worker.reports) >= 3)
    ids = [headers["webhook-id"] for headers, _ in worker.attempts]
    assert len(set(ids)) == len(ids)
    may_end.set()
    assert worker.wait_for_end()["kind"] == "done"


def test_each_report_has_its_own_id_and_times_do_not_go_back(receiver: Receiver, worker: FakeWorker) -> None:
    def report(run: LongRun, done: int) -> None:
        run.progress(done, 3)
        worker.wait_for(lambda: len(worker.reports) > done)

    def work(run: LongRun) -> None:
        for done in range(3):
            report(run, done)

    run = start(receiver, worker, work)
    worker.wait_for_end()
    ids = [headers["webhook-id"] for headers, _ in worker.attempts]
    times = [int(headers["webhook-timestamp"]) for headers, _ in worker.attempts]
    assert all(one.startswith(run["id"]) for one in ids)
    assert len(set(ids)) == len(ids) == 4
    assert times == sorted(times)


@pytest.mark.parametrize(
    "answers", [[EARLY, EARLY], [(503, ""), (429, "")], [DROPPED], [(404, "unknown-run")], [(500, "internal-error")]]
)
def test_the_end_is_sent_until_it_arrives(receiver: Receiver, worker: FakeWorker, answers: Any) -> None:
    worker.answers = list(answers)
    start(receiver, worker, lambda run: Done("Published"))
    assert worker.wait_for_end()["title"] == "Published"
    # The same report has the same id, so that it counts once if only its answer was lost.
    assert len({headers["webhook-id"] for headers, _ in worker.attempts}) == 1
    assert len(worker.attempts) == len(answers) + 1


def test_an_end_that_looks_old_is_sent_under_another_id(receiver: Receiver, worker: FakeWorker) -> None:
    worker.answers = [STALE]
    start(receiver, worker, lambda run: Done("Published"))
    worker.wait_for_end()
    assert len({headers["webhook-id"] for headers, _ in worker.attempts}) == 2


def test_an_end_whose_answer_was_lost_is_not_sent_for_ever(receiver: Receiver, worker: FakeWorker) -> None:
    worker.answers = [DROPPED, STALE]
    start(receiver, worker, lambda run: Done("Published"))
    worker.wait_for(lambda: len(worker.attempts) == 2)
    assert await_senders() == 0
    assert len(worker.attempts) == 2


def test_a_redirect_does_not_take_a_report_elsewhere(receiver: Receiver, worker: FakeWorker) -> None:
    worker.answers = [(302, "")]
    start(receiver, worker, lambda run: Done("Published"))
    worker.wait_for_end()
    assert worker.gets == []


@pytest.mark.parametrize("status", [400, 401, 413])
def test_a_refused_end_is_not_sent_again(
    receiver: Receiver, worker: FakeWorker, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    worker.answers = [(status, "signature-refused")]
    start(receiver, worker, lambda run: Done("Published"))
    worker.wait_for(lambda: len(worker.attempts) == 1)
    assert await_senders() == 0
    assert "signature-refused" in caplog.text


def await_senders() -> int:
    """Waits for the threads that send reports. Returns how many still run."""
    senders = [thread for thread in threading.enumerate() if thread.name.startswith("reports of")]
    for thread in senders:
        thread.join(30)
    return sum(thread.is_alive() for thread in senders)


def test_work_stops_when_the_run_has_ended_at_the_action_server(receiver: Receiver, worker: FakeWorker) -> None:
    worker.answers = [OVER]
    stopped = threading.Event()

    def work(run: LongRun) -> None:
        try:
            while True:
                run.progress(1, 2)
        except Canceled:
            stopped.set()
            raise

    start(receiver, worker, work)
    assert stopped.wait(30)
    assert await_senders() == 0
    assert worker.reports == []


def test_cancel_stops_the_work_and_keeps_what_it_did(receiver: Receiver, worker: FakeWorker) -> None:
    outcomes = [Outcome("t1", "SH010", "done"), Outcome("t2", "SH020", "running"), Outcome("t3", "SH030", "waiting")]

    def work(run: LongRun) -> None:
        while True:
            try:
                run.progress(1, 3, outcomes=outcomes)
            except Exception:
                raise AssertionError("A task's own errors must not swallow it") from None

    run = start(receiver, worker, work)
    worker.wait_for(lambda: len(worker.reports) > 0)
    assert send(receiver, make_control("cancel", run)).status == 204
    end = worker.wait_for_end()
    assert (end["kind"], end["severity"], end["title"]) == ("done", "warning", "Canceled")
    assert [one["state"] for one in end["outcomes"]] == ["done", "skipped", "skipped"]
    assert end["outcomes"][1] == {
        **{"id": "t2", "label": "SH020", "state": "skipped"},
        "reason": "Canceled",
        "retry": True,
    }


def test_what_was_done_before_the_cancel_counts_as_done(receiver: Receiver, worker: FakeWorker) -> None:
    canceled = threading.Event()

    def work(run: LongRun) -> None:
        run.progress(0, 2, outcomes=[Outcome("t1", "SH010", "running"), Outcome("t2", "SH020", "waiting")])
        canceled.wait()
        run.progress(1, 2, outcomes=[Outcome("t1", "SH010", "done"), Outcome("t2", "SH020", "running")])

    run = start(receiver, worker, work)
    worker.wait_for(lambda: len(worker.reports) > 0)
    send(receiver, make_control("cancel", run))
    canceled.set()
    assert [one["state"] for one in worker.wait_for_end()["outcomes"]] == ["done", "skipped"]


def test_work_may_end_itself_when_it_is_canceled(receiver: Receiver, worker: FakeWorker) -> None:
    def work(run: LongRun) -> Done:
        while not run.is_canceled:
            pass
        return Done("One of two", severity="warning")

    run = start(receiver, worker, work)
    send(receiver, make_control("cancel", run))
    assert worker.wait_for_end()["title"] == "One of two"


def test_a_paused_run_waits_until_it_is_resumed(receiver: Receiver, worker: FakeWorker) -> None:
    may_check, passed = threading.Event(), threading.Event()

    def work(run: LongRun) -> Done:
        may_check.wait()
        run.wait_while_paused()
        passed.set()
        return Done("Published")

    run = start(receiver, worker, work, pausable=True)
    paused = send(receiver, make_control("pause", run))
    assert (paused.status, read(paused)["paused"]) == (202, True)
    # A report that was on its way may have said otherwise.
    worker.wait_for(lambda: any(report.get("paused") for report in worker.reports))
    may_check.set()
    assert not passed.wait(0.05)
    assert read(send(receiver, make_control("resume", run)))["paused"] is False
    assert worker.wait_for_end()["title"] == "Published"


def test_while_the_work_waits_nothing_is_said_to_be_done(receiver: Receiver, worker: FakeWorker) -> None:
    is_paused = threading.Event()

    def work(run: LongRun) -> Done:
        run.progress(0, 1, "SH010 is being copied", outcomes=[Outcome("t1", "SH010", "running")])
        is_paused.wait()
        run.wait_while_paused()
        return Done("Published")

    def find(text: str) -> list[Any]:
        return [one for one in worker.reports if one.get("text") == text]

    run = start(receiver, worker, work, pausable=True)
    # The work has not noticed it yet.
    paused = read(send(receiver, make_control("pause", run)))
    assert (paused["progress"]["text"], paused["outcomes"][0]["state"]) == ("SH010 is being copied", "running")
    is_paused.set()
    worker.wait_for(lambda: len(find("Paused")) > 0)
    [report] = find("Paused")
    assert (report["paused"], report["progress"], report["outcomes"][0]["state"]) == (
        True,
        {"done": 0, "total": 1},
        "waiting",
    )
    resumed = read(send(receiver, make_control("resume", run)))
    assert (resumed["progress"]["text"], resumed["outcomes"][0]["state"]) == ("SH010 is being copied", "running")
    worker.wait_for_end()


def test_work_goes_on_if_its_function_refuses_the_control(receiver: Receiver, worker: FakeWorker) -> None:
    go_on = threading.Event()
    refusals: list[Exception] = [Failed("too-late", "It is too late", status=409), OSError("/secret")]

    @receiver.action("publish")
    def publish(call: Call) -> Started:
        return call.start(work, "Publishing", pausable=True)

    def work(run: LongRun) -> Done:
        go_on.wait()
        run.check_canceled()
        return Done("Published")

    @publish.cancel
    def cancel(control: Control) -> None:
        raise refusals.pop(0)

    message = make_call(run=make_run(worker.url))
    send(receiver, message)
    assert [send(receiver, make_control("cancel", message["run"])).status for _ in range(2)] == [409, 500]
    go_on.set()
    assert worker.wait_for_end()["title"] == "Published"


def test_an_answer_to_a_control_leaves_the_other_buttons(receiver: Receiver, worker: FakeWorker) -> None:
    go_on = threading.Event()

    @receiver.action("publish")
    def publish(call: Call) -> Started:
        return call.start(work, "Publishing", pausable=True)

    def work(run: LongRun) -> None:
        go_on.wait()

    @publish.cancel
    def cancel(control: Control) -> Started:
        return Started("Publishing", "Stopping after SH010")

    message = make_call(run=make_run(worker.url))
    send(receiver, message)
    assert "controls" not in read(send(receiver, make_control("cancel", message["run"])))
    go_on.set()


def test_a_paused_run_can_be_canceled(receiver: Receiver, worker: FakeWorker) -> None:
    paused = threading.Event()

    def work(run: LongRun) -> None:
        paused.wait()
        run.wait_while_paused()

    run = start(receiver, worker, work, pausable=True)
    send(receiver, make_control("pause", run))
    paused.set()
    send(receiver, make_control("cancel", run))
    assert worker.wait_for_end()["title"] == "Canceled"


def test_an_exception_ends_the_run(receiver: Receiver, worker: FakeWorker, caplog: pytest.LogCaptureFixture) -> None:
    def work(run: LongRun) -> None:
        raise OSError("/secret is not mounted")

    start(receiver, worker, work)
    end = worker.wait_for_end()
    assert end["code"] == "internal-error"
    assert "secret" not in str(end)
    assert "/secret is not mounted" in caplog.text


def test_a_failure_ends_the_run(receiver: Receiver, worker: FakeWorker) -> None:
    def work(run: LongRun) -> None:
        raise Failed("disk-full", "The disk is full")

    start(receiver, worker, work)
    assert worker.wait_for_end() == {"kind": "failed", "code": "disk-full", "title": "The disk is full"}


def test_an_offer_of_work_needs_a_function(receiver: Receiver, worker: FakeWorker) -> None:
    start(receiver, worker, lambda run: Done("Published", undo=UndoOffer()))
    assert "The reply offers an undo" in worker.wait_for_end()["text"]


@pytest.mark.parametrize("result", ["ok", Ask("What?"), Started("Still")])
def test_work_must_return_its_end(receiver: Receiver, worker: FakeWorker, result: Any) -> None:
    start(receiver, worker, lambda run: result)
    end = worker.wait_for_end()
    assert end["code"] == "invalid-reply"
    assert "The work" in end["text"]


def test_progress_that_is_too_large_is_explained(receiver: Receiver, worker: FakeWorker) -> None:
    def work(run: LongRun) -> None:
        run.progress(1, 2, outcomes=[Outcome(str(number), "x" * 1_000, "running") for number in range(2_000)])

    start(receiver, worker, work)
    assert "Shorten its outcomes" in worker.wait_for_end()["text"]


def test_async_work_runs_in_the_loop_of_an_async_function(receiver: Receiver, worker: FakeWorker) -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    async def work(run: LongRun) -> Done:
        loops.append(asyncio.get_running_loop())
        run.progress(1, 2)
        await run.wait_while_paused_async()
        return Done("Published")

    @receiver.action("publish")
    async def publish(call: Call) -> Started:
        return call.start(work, "Publishing")

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        assert (await receiver.handle_async(*prepare(make_call(run=make_run(worker.url))))).status == 202
        await asyncio.to_thread(worker.wait_for_end)

    asyncio.run(serve())
    assert worker.reports[-1]["title"] == "Published"
    assert loops[0] is loops[1]


def test_cancel_interrupts_async_work(receiver: Receiver, worker: FakeWorker) -> None:
    async def work(run: LongRun) -> None:
        run.progress(1, 2)
        await asyncio.Event().wait()

    run = start(receiver, worker, work)
    worker.wait_for(lambda: len(worker.reports) > 0)
    send(receiver, make_control("cancel", run))
    assert worker.wait_for_end()["title"] == "Canceled"


def test_a_loop_that_ends_before_its_work_says_so(receiver: Receiver, worker: FakeWorker) -> None:
    async def work(run: LongRun) -> None:
        await asyncio.Event().wait()

    @receiver.action("publish")
    async def publish(call: Call) -> Started:
        return call.start(work, "Publishing")

    async def serve() -> None:
        await receiver.handle_async(*prepare(make_call(run=make_run(worker.url))))
        await asyncio.sleep(0)

    asyncio.run(serve())
    assert worker.wait_for_end()["code"] == "server-stopped"


def test_a_process_that_ends_before_its_work_says_so(receiver: Receiver, worker: FakeWorker) -> None:
    forever = threading.Event()

    def work(run: LongRun) -> None:
        run.progress(1, 2, outcomes=[Outcome("t1", "SH010", "running")])
        forever.wait()

    start(receiver, worker, work)
    worker.wait_for(lambda: len(worker.reports) > 0)
    # What atexit calls.
    receiver._runs.stop()
    end = worker.reports[-1]
    assert (end["code"], end["retry"]) == ("server-stopped", True)
    assert end["text"] == "The studio's server was stopped while it was working."
    assert end["outcomes"][0]["state"] == "skipped"
    forever.set()


def test_a_process_that_ends_tries_its_last_report_once_more(
    receiver: Receiver, worker: FakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_sender, "RETRY_WAITS_S", (600,))
    worker.refuse_all = True
    start(receiver, worker, lambda run: Done("Published"))
    worker.wait_for(lambda: len(worker.attempts) == 1)
    worker.refuse_all = False
    receiver._runs.stop()
    assert worker.reports[-1]["title"] == "Published"


def test_a_run_can_be_reported_from_elsewhere(receiver: Receiver, worker: FakeWorker) -> None:
    runs: list[Call] = []

    @receiver.action("publish")
    def publish(call: Call) -> Started:
        runs.append(call)
        return Started("Queued")

    assert read(send(receiver, make_call(run=make_run(worker.url)))) == {"kind": "started", "title": "Queued"}
    assert receiver.report(runs[0].run, Started("Publishing")) is True
    assert receiver.report(runs[0].run, Done("Published")) is True
    assert [report["title"] for report in worker.reports] == ["Publishing", "Published"]
    worker.answers = [OVER]
    with pytest.raises(Canceled):
        receiver.report(runs[0].run, Done("Published"))
    worker.refuse_all = True
    assert receiver.report(runs[0].run, Done("Published"), seconds=0) is False


def test_a_clock_that_is_set_back_does_not_make_reports_look_old(
    receiver: Receiver, worker: FakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    offsets = iter([0, -30, -60])
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + next(offsets, -60))

    def work(run: LongRun) -> Optional[Done]:
        run.progress(1, 2)
        worker.wait_for(lambda: len(worker.reports) == 1)
        return None

    start(receiver, worker, work)
    worker.wait_for_end()
    times = [int(headers["webhook-timestamp"]) for headers, _ in worker.attempts]
    assert times == sorted(times)
