"""What becomes of a function's answer, or of what it raised: a reply as JSON that the action server accepts."""

from __future__ import annotations

import json
import logging
import uuid
from typing import Any

from .part import InvalidReply, show
from .reply import Ask, Done, Failed, Reply, Started
from .texts import localize

log = logging.getLogger("kitsu_actions")

ANSWER_MAX_BYTES = 1024 * 1024
_REPLIES = (Done, Ask, Started, Failed)


def check_reply(value: Any, name: str) -> Reply:
    """Raises InvalidReply unless the function returned a reply. `name` is that of the function."""
    if isinstance(value, _REPLIES):
        return value
    kind = f" with the kind {show(value.get('kind'))}" if isinstance(value, dict) else ""
    raise InvalidReply(f"{name} returned {show(value)}{kind}: it must return Done, Ask, Started, Failed or None.")


def explain(error: BaseException, name: str, language: str) -> Failed:
    """The reply to what a function raised. A mistake in a reply is explained; the rest is only for the log."""
    if isinstance(error, Failed):
        return error
    error_id = uuid.uuid4().hex[:8]
    log.error("%s failed (%s)", name, error_id, exc_info=error)
    title = localize(language, "broken")
    if isinstance(error, InvalidReply):
        return Failed("invalid-reply", title, str(error), localize(language, "in-log", id=error_id), status=500)
    text = localize(language, "no-fault")
    return Failed("internal-error", title, text, localize(language, "in-log", id=error_id), status=500)


def encode(reply: Reply) -> str:
    """The reply as JSON. Raises InvalidReply, which says what to shorten, if it is too large."""
    wire = reply.to_wire()
    body = json.dumps(wire, separators=(",", ":"))
    if len(body) <= ANSWER_MAX_BYTES:
        return body
    sizes = {name: len(json.dumps(value)) for name, value in wire.items()}
    largest = max(sizes, key=lambda name: sizes[name])
    raise InvalidReply(
        f"The answer has {len(body) / ANSWER_MAX_BYTES:.1f} MiB, and may have 1 MiB. "
        f"Shorten its {largest} ({sizes[largest] / ANSWER_MAX_BYTES:.1f} MiB), or answer with a link."
    )


def encode_final(reply: Reply, name: str, language: str) -> tuple[Reply, str]:
    """The reply and its JSON or, if it is too large, those of a failed reply that says so."""
    try:
        return reply, encode(reply)
    except InvalidReply as error:
        failed = explain(error, name, language)
        return failed, encode(failed)
