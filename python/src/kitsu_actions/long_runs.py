"""The runs that are at work in this process."""

from __future__ import annotations

import asyncio
import atexit
import inspect
import threading
import time
from typing import Optional

from .action import Action
from .call import Call, ControlType
from .long_run import LongRun, Work
from .reply import Started
from .report_sender import ReportSender
from .worker_client import WorkerClient

#: How long the process waits at its end to report that it stops.
_STOP_S = 5.0


class LongRuns:
    def __init__(self, client: WorkerClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._runs: dict[str, tuple[LongRun, ReportSender]] = {}
        self._is_registered = False

    def start(self, call: Call, action: Action, work: Work, started: Started) -> None:
        """Starts the work. `started` is the answer to the call."""
        run_id = call.run.id
        sender = ReportSender(self._client, call.run, lambda: self._end(run_id))
        run = LongRun(call, action, started, sender)
        with self._lock:
            if not self._is_registered:
                atexit.register(self.stop)
                self._is_registered = True
            self._forget_ended()
            sender.start()
            self._runs[run_id] = (run, sender)
        loop = _running_loop()
        if loop is not None and inspect.iscoroutinefunction(work):
            run.run_in_loop(work, loop)
        else:
            run.run_in_thread(work)

    def control(self, run_id: str, what: ControlType) -> tuple[bool, Optional[Started]]:
        """Whether the run is at work here, and its new state if that is known."""
        with self._lock:
            self._forget_ended()
            found = self._runs.get(run_id)
        return (True, found[0].control(what)) if found else (False, None)

    def stop(self) -> None:
        """Reports of each run that the process ends."""
        with self._lock:
            self._forget_ended()
            runs = list(self._runs.values())
        for run, sender in runs:
            run.interrupt()
            sender.close()
        end = time.monotonic() + _STOP_S
        for _, sender in runs:
            sender.join(max(0.0, end - time.monotonic()))

    def _end(self, run_id: str) -> None:
        """The run has ended at the action server: it was canceled there, or its time was over."""
        with self._lock:
            found = self._runs.pop(run_id, None)
        if found:
            found[0].cancel()

    def _forget_ended(self) -> None:
        self._runs = {run_id: found for run_id, found in self._runs.items() if found[1].is_alive}


def _running_loop() -> Optional[asyncio.AbstractEventLoop]:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
