"""As much of Zou as the examples with gazu need."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from caller import make_call, make_task
from json_server import JsonHandler, open_server, serving

#: gazu takes nothing but UUIDs.
TASKS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(4)]
DONE, RETAKE, PERSON = (f"00000000-0000-4000-9000-00000000000{number}" for number in range(3))
STATUSES = [
    {"id": DONE, "name": "Done", "short_name": "done", "color": "#22d160"},
    {"id": RETAKE, "name": "Retake", "short_name": "retake", "color": "#ff3860"},
]


def make_gazu_call(action: str, trust: str = "session", role: str = "manager", **members: Any) -> dict[str, Any]:
    """A call for two tasks, by a person with this role."""
    rows = [make_task(number, TASKS[number]) for number in (1, 2)]
    person = {"id": PERSON, "name": "Ada", "role": role, "trust": trust}
    return {**make_call(action, **members), "tasks": rows, "person": person}


class FakeZou:
    """`comments` are task, status, text and author. Comments on tasks in `refused` get 403."""

    def __init__(self) -> None:
        self.comments: list[tuple[str, str, str, str]] = []
        self.refused: set[str] = set()
        self._server, address = open_server(self._make_handler())
        self.api = f"{address}/api"

    def _make_handler(self) -> type[JsonHandler]:
        zou = self

        class Handler(JsonHandler):
            def do_GET(self) -> None:
                wanted = dict(parse_qsl(urlsplit(self.path).query))
                self.send_json(200, [row for row in STATUSES if wanted.items() <= row.items()])

            def do_POST(self) -> None:
                comment = json.loads(self.rfile.read(int(self.headers["content-length"])))
                found = re.fullmatch(r"/api/actions/tasks/([\w-]+)/comment", self.path)
                assert found is not None, self.path
                assert self.headers["authorization"] == "Bearer token"
                task = found[1]
                if task in zou.refused:
                    self.send_json(403, {"message": "Forbidden"})
                    return
                zou.comments.append((task, comment["task_status_id"], comment["comment"], comment["person_id"]))
                self.send_json(201, {"id": "c1", **comment})

        return Handler

    @contextmanager
    def serve(self) -> Iterator[FakeZou]:
        with serving(self._server):
            yield self
