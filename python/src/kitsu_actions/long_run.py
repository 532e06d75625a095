"""Work that continues after the answer to its call."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Callable, Optional, Union

from .call import Call, ControlType
from .encode import check_reply, encode, encode_final, explain
from .outcome import Outcome, Progress
from .part import InvalidReply
from .reply import Done, Failed, Reply, Started
from .texts import localize

if TYPE_CHECKING:
    from .action import Action
    from .report_sender import ReportSender

_PAUSE_POLL_S = 0.2

#: What `Call.start` runs. It returns the reply at the end, None for "done".
AsyncWork = Callable[["LongRun"], Awaitable[Union[Done, Failed, None]]]
Work = Union[Callable[["LongRun"], Union[Done, Failed, None]], AsyncWork]


class Canceled(BaseException):
    """The person canceled the run. Not an Exception, so that `except Exception` in your work lets it pass."""


class LongRun:
    """What work gets from `Call.start`, to report how far it is.

    `progress` never waits for the network: it is sent in the background, at most once a second.
    """

    def __init__(self, call: Call, action: Action, started: Started, sender: ReportSender) -> None:
        self.call = call
        self._action = action
        self._started = started
        self._sender = sender
        self._lock = threading.Lock()
        self._canceled = threading.Event()
        self._resumed = threading.Event()
        self._resumed.set()
        self._is_waiting = False
        self._task: Optional[asyncio.Task[None]] = None
        self._cancel_task: Callable[[], object] = lambda: None
        self._name = f'The work of "{call.action}"'

    @property
    def is_canceled(self) -> bool:
        return self._canceled.is_set()

    @property
    def is_paused(self) -> bool:
        return not self._resumed.is_set()

    def progress(
        self,
        done: float,
        total: float,
        text: Optional[str] = None,
        *,
        left: Optional[float] = None,
        outcomes: Optional[Sequence[Outcome]] = None,
    ) -> None:
        """Reports how far the work is. Raises Canceled if the person canceled it.

        `text` says what is being done, `left` is an estimate of the remaining seconds. Without `outcomes`, those of
        the last report stay.
        """
        with self._lock:
            progress = Progress(done, total, text, left)
            kept = self._started.outcomes if outcomes is None else outcomes
            started = replace(self._started, progress=progress, outcomes=kept)
            self._sender.put(encode(started))
            # Also if the run is canceled: what was done until now is part of its end.
            self._started = started
        self.check_canceled()

    def check_canceled(self) -> None:
        """Raises Canceled if the person canceled the run."""
        if self.is_canceled:
            raise Canceled

    def wait_while_paused(self) -> None:
        """Returns when the run is not paused. Raises Canceled if the person canceled it."""
        with self._waiting():
            self._resumed.wait()
        self.check_canceled()

    async def wait_while_paused_async(self) -> None:
        with self._waiting():
            while self.is_paused:
                await asyncio.sleep(_PAUSE_POLL_S)
        self.check_canceled()

    # What follows is for the receiver.

    def control(self, what: ControlType) -> Optional[Started]:
        """Does what the person asked for. Returns the new state if the work itself need not notice it first."""
        if what == "cancel":
            self.cancel()
            return None
        with self._lock:
            (self._resumed.clear if what == "pause" else self._resumed.set)()
            self._started = replace(self._started, paused=self.is_paused)
            started = self._describe()
            # It replaces a report that still says otherwise.
            self._sender.put(encode(started))
            return started

    def cancel(self) -> None:
        self._canceled.set()
        self._resumed.set()
        self._cancel_task()

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        with self._lock:
            self._is_waiting = True
            if self.is_paused:
                self._sender.put(encode(self._describe()))
        try:
            yield
        finally:
            self._is_waiting = False

    def _describe(self) -> Started:
        """The last report. While the work waits, nothing of it is being done."""
        started = self._started
        if not (self.is_paused and self._is_waiting):
            return started
        progress = started.progress and replace(started.progress, text=None)
        outcomes = [replace(one, state="waiting") if one.state == "running" else one for one in started.outcomes]
        text = localize(self.call.reader.language, "paused")
        return replace(started, text=text, progress=progress, outcomes=outcomes)

    def run_in_thread(self, work: Work) -> None:
        threading.Thread(target=self._run, args=(work,), name=f"run {self.call.run.id}", daemon=True).start()

    def run_in_loop(self, work: AsyncWork, loop: asyncio.AbstractEventLoop) -> None:
        # The loop itself does not keep the task.
        self._task = loop.create_task(self._run_async(work(self)))

    def interrupt(self) -> None:
        """The process ends before the work."""
        self._finish(self._describe_interruption())

    def _run(self, work: Work) -> None:
        try:
            result = work(self)
            if inspect.isawaitable(result):
                asyncio.run(self._run_async(result))
            else:
                self._finish(self._check(result))
        except BaseException as error:
            self._finish(self._explain(error))

    async def _run_async(self, work: Awaitable[Any]) -> None:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        if task is not None:
            self._cancel_task = lambda: loop.call_soon_threadsafe(task.cancel)
        try:
            self._finish(self._check(await work))
        except BaseException as error:
            self._finish(self._explain(error))
        finally:
            # The loop may be closed when somebody cancels a run that has just ended.
            self._cancel_task = lambda: None

    def _check(self, result: Any) -> Reply:
        reply = Done(self._started.title) if result is None else check_reply(result, "The work")
        if not isinstance(reply, (Done, Failed)):
            raise InvalidReply(f"The work returned {type(reply).__name__}: it must return Done, Failed or None.")
        self._action.check_offer(reply)
        return reply

    def _explain(self, error: BaseException) -> Reply:
        language = self.call.reader.language
        if isinstance(error, Canceled) or (isinstance(error, asyncio.CancelledError) and self.is_canceled):
            title = localize(language, "canceled")
            return Done(title, severity="warning", outcomes=self._settle(title))
        if isinstance(error, asyncio.CancelledError):
            return self._describe_interruption()
        return explain(error, self._name, language)

    def _describe_interruption(self) -> Failed:
        language = self.call.reader.language
        title, text = localize(language, "interrupted"), localize(language, "stopped")
        return Failed("server-stopped", title, text, retry=True, outcomes=self._settle(title))

    def _settle(self, reason: str) -> list[Outcome]:
        """The outcomes of the last report, without those that continue."""
        return [
            replace(one, state="skipped", reason=reason, retry=True) if one.state in ("waiting", "running") else one
            for one in self._started.outcomes
        ]

    def _finish(self, reply: Reply) -> None:
        self._sender.put(encode_final(reply, self._name, self.call.reader.language)[1], is_last=True)
