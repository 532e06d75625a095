"""An action server that takes reports, and answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, Union

from caller import SECRET
from json_server import JsonHandler, open_server, serving
from standardwebhooks import Webhook

EARLY = (404, "report-early")
STALE = (409, "report-refused")
OVER = (409, "run-over")
DROPPED = "dropped"

Answer = Union[str, tuple[int, str]]


class FakeWorker:
    """`answers` are those to the next reports; then they are taken. `tasks` are the pages of a long selection."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.attempts: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.reports: list[dict[str, Any]] = []
        self.tasks: dict[str, dict[str, Any]] = {}
        self.gets: list[str] = []
        self.refuse_all: bool = False
        self._changed = threading.Condition()
        self._server, self.url = open_server(self._make_handler())

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, timeout=30), f"Only these reports came: {self.reports}"

    def wait_for_end(self) -> dict[str, Any]:
        self.wait_for(lambda: any(report["kind"] != "started" for report in self.reports))
        return self.reports[-1]

    def _answer(self, headers: dict[str, str], report: dict[str, Any]) -> Answer:
        with self._changed:
            self.attempts.append((headers, report))
            answer = self.answers.pop(0) if self.answers else (503, "") if self.refuse_all else (200, "")
            if answer == (200, ""):
                self.reports.append(report)
            self._changed.notify_all()
            return answer

    def _make_handler(self) -> type[JsonHandler]:
        worker = self

        class Handler(JsonHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                # The published library verifies what we signed.
                answer = worker._answer(headers, Webhook(SECRET).verify(body, headers))
                if isinstance(answer, str):
                    self.close_connection = True
                    return
                status, code = answer
                reply = {"kind": "failed", "code": code, "title": code}
                headers = {"location": f"{worker.url}/elsewhere"} if status == 302 else {}
                self.send_json(status, {"version": 1, "reply": reply}, headers)

            def do_GET(self) -> None:
                worker.gets.append(self.path)
                Webhook(SECRET).verify("", dict(self.headers), json_parse=False)
                page = worker.tasks.get(self.path)
                self.send_json(200 if page else 404, page or {"reply": {"kind": "failed", "code": "unknown-page"}})

        return Handler

    @contextmanager
    def serve(self) -> Iterator[FakeWorker]:
        with serving(self._server):
            yield self
