"""Each delivery runs once: the action server may send it again, for example after a lost connection."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Callable

_MAX_DELIVERIES = 2_000
_MAX_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True)
class Response:
    """What to send back, in whichever framework."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Deliveries:
    """The responses to the last deliveries, in the memory of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._responses: OrderedDict[str, Future[Response]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._responses)

    def claim(self, key: str) -> tuple[Future[Response], bool]:
        """The future response, and whether the caller must produce it: see `settling`."""
        with self._lock:
            known = self._responses.get(key)
            if known is not None:
                return known, False
            mine: Future[Response] = Future()
            # Whoever waits for it and gives up must not cancel it for the others.
            mine.set_running_or_notify_cancel()
            self._responses[key] = mine
            return mine, True

    @contextmanager
    def settling(self, key: str) -> Iterator[Callable[[Response, bool], Response]]:
        """Gives the function that takes the response, and whether it is remembered: if not, the delivery may run again.

        If it is not called, those who wait are told to try again.
        """
        try:
            yield lambda response, is_kept: self._settle(key, response, is_kept)
        finally:
            with self._lock:
                is_open = key in self._responses and not self._responses[key].done()
            if is_open:
                self._settle(key, Response(503), False)

    def _settle(self, key: str, response: Response, is_kept: bool) -> Response:
        with self._lock:
            mine = self._responses[key]
            if is_kept:
                self._bytes += len(response.body)
            else:
                del self._responses[key]
        mine.set_result(response)
        with self._lock:
            self._drop_oldest()
        return response

    def _drop_oldest(self) -> None:
        for key, future in list(self._responses.items()):
            if len(self._responses) <= _MAX_DELIVERIES and self._bytes <= _MAX_BYTES:
                return
            # One that is still running is not forgotten.
            if future.done():
                self._bytes -= len(self._responses.pop(key).result().body)
