"""Calls a receiver as the action server does: signed by the published library, not by our own code."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timezone
from typing import Any, Optional

from standardwebhooks import Webhook

from kitsu_actions import Receiver, Response

SECRET = "whsec_" + "c2VjcmV0c2VjcmV0" * 2
OTHER_SECRET = "whsec_" + "b3RoZXJvdGhlcm90" * 2
PERSON = {
    **{"id": "p1", "name": "Ada", "email": "ada@studio.example", "role": "user", "trust": "session"},
    **{"locale": "fr_FR", "timezone": "Europe/Paris", "project_roles": {"pr1": "supervisor"}},
}


def make_task(number: int, task_id: str = "") -> dict[str, Any]:
    name = f"SH{number:03}0"
    return {
        **{
            "id": task_id or f"t{number}",
            "label": f"SQ01 / {name} / Animation",
            "entity": {"id": f"e{number}", "name": name},
        },
        **{"entity_type": "Shot", "task_type": {"id": "tt1", "name": "Animation"}},
        **{"status": {"id": "s1", "name": "Todo", "short_name": "todo"}, "project": {"id": "pr1", "name": "Film"}},
        "sequence": {"id": "sq1", "name": "SQ01"},
    }


def make_run(worker: str = "http://127.0.0.1:9") -> dict[str, str]:
    run_id = uuid.uuid4().hex
    return {"id": run_id, "url": f"{worker}/runs/{run_id}", "progress": f"{worker}/runs/{run_id}/progress?at=1"}


def make_call(action: str = "publish", tasks: int = 2, **members: Any) -> dict[str, Any]:
    """What a new action server sends. `input` and `plan` are those of its `call`."""
    rows = [make_task(number) for number in range(1, tasks + 1)]
    answer = {name: members.pop(name) for name in ("input", "plan", "isBack") if name in members}
    claimed = {"dialect": "ajax", "person": {"id": "p1"}, "selection": [row["id"] for row in rows], "params": {}}
    return {
        **{"version": 1, "type": "call", "run": make_run(), "action": action},
        **{"reader": {"language": "en-GB", "timeZone": "Europe/London", "theme": "dark"}},
        **{"person": PERSON, "tasks": rows, "call": {**claimed, **answer}, **members},
    }


def make_control(what: str, run: dict[str, str], action: str = "publish", **members: Any) -> dict[str, Any]:
    common = {"version": 1, "type": what, "run": run, "action": action, "reader": {"language": "en"}}
    return {**common, "person": PERSON, **members}


def sign(body: str, webhook_id: str, secret: str = SECRET, at: Optional[datetime] = None) -> dict[str, str]:
    moment = at or datetime.now(timezone.utc)
    return {
        "Content-Type": "application/json",
        "Webhook-Id": webhook_id,
        "Webhook-Timestamp": str(int(moment.timestamp())),
        "Webhook-Signature": Webhook(secret).sign(webhook_id, moment, body),
    }


def prepare(message: dict[str, Any], webhook_id: str = "") -> tuple[bytes, dict[str, str]]:
    """The body and the headers of a message."""
    body = json.dumps(message)
    kind = message.get("type", "call")
    suffix = "" if kind == "call" else "-undo" if kind == "undo" else f"-{kind}-{uuid.uuid4().hex}"
    return body.encode(), sign(body, webhook_id or message["run"]["id"] + suffix)


def send(receiver: Receiver, message: dict[str, Any], webhook_id: str = "") -> Response:
    return receiver.handle(*prepare(message, webhook_id))


def read(response: Response) -> dict[str, Any]:
    value = json.loads(response.body)
    assert isinstance(value, dict)
    return value
