"""Sends the reports of one run, one after another, in a thread of its own: work never waits for the network."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from dataclasses import dataclass, replace
from typing import Callable, Optional

from .call import Run
from .worker_client import ReportAnswer, WorkerClient

log = logging.getLogger("kitsu_actions")

#: Between two reports of progress. Only the newest is sent.
INTERVAL_S = 1.0
#: Without progress, the newest report is repeated: a silent server looks as if it had been stopped.
REPEAT_AFTER_S = 300.0
#: Before a report is sent again, by the number of attempts.
RETRY_WAITS_S: tuple[float, ...] = (1, 2, 5, 15, 30, 60)
_RETRY_WAIT_MAX_S = 300.0
#: How often a report that came before the answer to the call is sent again after the first wait.
_EARLY_ATTEMPTS = 20
#: How long the last report is tried. Without it, the run is over only after LONG_RUN_LIMIT_HOURS.
LAST_REPORT_S = 24 * 3_600.0


@dataclass(frozen=True)
class _Report:
    id: str
    body: str
    is_last: bool


class ReportSender:
    """`on_over` is called if the run has ended at the action server. The last report is tried for so many seconds."""

    def __init__(
        self, client: WorkerClient, run: Run, on_over: Callable[[], None], seconds: float = LAST_REPORT_S
    ) -> None:
        self._client = client
        self._run = run
        self._on_over = on_over
        self._seconds = seconds
        self._changed = threading.Condition()
        self._next: Optional[_Report] = None
        self._newest: Optional[_Report] = None
        self._has_last = False
        #: whether the last report has arrived
        self.has_arrived = False
        self._is_closing = False
        self._last_at = 0
        self._thread = threading.Thread(target=self._send_all, name=f"reports of {run.id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, body: str, is_last: bool = False) -> None:
        """Replaces the report that waits to be sent. After the last one, there are no others."""
        with self._changed:
            if self._has_last:
                return
            self._has_last = is_last
            self._next = _Report(self._make_id(), body, is_last)
            self._changed.notify_all()

    def close(self) -> None:
        """The process ends: the last report gets one more attempt."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()

    @property
    def is_alive(self) -> bool:
        """Whether there may be more reports."""
        return self._thread.is_alive()

    def join(self, timeout: Optional[float] = None) -> None:
        """Waits until the last report has arrived or was given up."""
        self._thread.join(timeout)

    def _make_id(self) -> str:
        return f"{self._run.id}-{uuid.uuid4().hex}"

    def _send_all(self) -> None:
        while True:
            report = self._take()
            if report is None or not self._deliver(report) or report.is_last:
                return
            self._wait(INTERVAL_S)

    def _take(self) -> Optional[_Report]:
        with self._changed:
            is_due = self._changed.wait_for(
                lambda: self._next is not None or self._is_closing,
                timeout=None if self._newest is None else REPEAT_AFTER_S,
            )
            if not is_due and self._newest is not None:
                return replace(self._newest, id=self._make_id())
            self._newest, self._next = self._next, None
            return self._newest

    def _deliver(self, report: _Report) -> bool:
        """Sends a report until it arrives or there is a newer one. False if no other must be sent."""
        attempts, give_up_at = 0, time.monotonic() + self._seconds
        while True:
            was_closing = self._is_closing
            answer = self._send(report)
            if answer.verdict == "taken" or (answer.verdict == "stale" and (attempts > 0 or not report.is_last)):
                self.has_arrived = report.is_last
                return True
            if answer.verdict == "over":
                self._on_over()
                return False
            if answer.verdict == "refused":
                log.error("The action server refused a report of the run %s (%s)", self._run.id, answer.text)
                return True
            if was_closing or time.monotonic() > give_up_at:
                log.error("A report of the run %s did not arrive (%s)", self._run.id, answer.text)
                return False
            attempts += 1
            if answer.verdict == "stale":
                report = replace(report, id=self._make_id())
            elif answer.verdict == "unreachable":
                log.warning("A report of the run %s did not arrive yet (%s)", self._run.id, answer.text)
            self._wait(_choose_wait(answer, attempts))
            if self._next is not None:
                return True

    def _send(self, report: _Report) -> ReportAnswer:
        # A clock that was set back must not make the reports look old.
        self._last_at = max(self._last_at, int(time.time()))
        return self._client.report(self._run.progress, report.id, self._last_at, report.body)

    def _wait(self, seconds: float) -> None:
        """Waits, but not once the last report is there, or the process ends."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._is_closing or (self._next is not None and self._next.is_last), timeout=seconds
            )


def _choose_wait(answer: ReportAnswer, attempts: int) -> float:
    if answer.verdict == "early" and attempts <= _EARLY_ATTEMPTS:
        return RETRY_WAITS_S[0]
    wait = RETRY_WAITS_S[min(attempts, len(RETRY_WAITS_S)) - 1]
    return min(max(wait, answer.wait or 0), _RETRY_WAIT_MAX_S)
