"""Verifies what has arrived, and reads as much of it as is needed to find the function for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .json_members import parse_object, read_object, read_text
from .signature import SignatureError, Signer

WIRE_VERSION = 1
TYPES = ("call", "cancel", "pause", "resume", "undo")


class Refused(Exception):
    """The message can't be handled. The text is for the TD who reads it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class Incoming:
    """`key` is the same for all deliveries of one message."""

    type: str
    action: str
    run_id: str
    key: str
    body: dict[str, Any]


def read_incoming(body: bytes, headers: Mapping[str, str], signer: Signer, max_bytes: int) -> Incoming:
    """Raises Refused if the message is not from the action server, or can't be read."""
    if len(body) > max_bytes:
        raise Refused(413, f"The call has {len(body)} bytes, and {max_bytes} are allowed: see max_request_bytes.")
    signed = {name.lower(): value for name, value in headers.items()}
    try:
        text = body.decode()
        signer.verify(text, signed)
    except UnicodeDecodeError:
        raise Refused(400, "The call is not JSON in UTF-8.") from None
    except SignatureError as error:
        raise Refused(401, str(error)) from None
    members = parse_object(text)
    if members is None:
        raise Refused(400, "The call is not a JSON object.")
    return _read_members(members, signed["webhook-id"])


def _read_members(members: dict[str, Any], webhook_id: str) -> Incoming:
    version = members.get("version")
    if version != WIRE_VERSION:
        advice = "Upgrade kitsu-actions for Python." if isinstance(version, int) and version > WIRE_VERSION else ""
        raise Refused(400, f"The call has version {version!r:.20}, and only {WIRE_VERSION} is known. {advice}".strip())
    # Older action servers send nothing but calls, and no type.
    message_type = members.get("type", "call")
    if message_type not in TYPES:
        raise Refused(400, f"The call has the type {message_type!r:.40}, which is not known. Upgrade kitsu-actions.")
    action, run_id = read_text(members, "action"), read_text(read_object(members, "run"), "id")
    if not action or not run_id:
        raise Refused(400, f"The call has no {'run.id' if action else 'action'}.")
    if not webhook_id.startswith(run_id):
        raise Refused(400, "The webhook-id does not begin with the id of the run.")
    return Incoming(message_type, action, run_id, _make_key(members, message_type, webhook_id), members)


def _make_key(members: dict[str, Any], message_type: str, webhook_id: str) -> str:
    """The answers to a question arrive as the same call, with the same webhook-id."""
    call = read_object(members, "call")
    parts = [webhook_id, message_type, call.get("input"), call.get("plan"), call.get("isBack")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
