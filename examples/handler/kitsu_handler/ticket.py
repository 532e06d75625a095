"""Parses a ticket, and checks its verb, person and time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .config import Config
from .errors import RefusedError, printable
from .link import TicketLink
from .locations import log

# The clocks of workstations differ. The worker, with its own clock, does not return expired tickets
# anyway.
_CLOCK_TOLERANCE = timedelta(minutes=5)
_ITEMS_MAX = 1000


@dataclass(frozen=True)
class Item:
    """`path` is for this system.

    It and `media_url` are not checked yet; application.py checks what it uses.
    """

    name: str
    task_id: str
    path: str | None
    media_url: str | None
    frame_in: int | None
    frame_out: int | None
    fps: int | float | None


@dataclass(frozen=True)
class Order:
    """What Kabaret should show.

    `run`: press a button of the action at `oid`, the first one if `button` is None.
    """

    oid: str
    project: str
    run: bool
    button: str | None


@dataclass(frozen=True)
class Ticket:
    """`order` is for Kabaret. A ticket with an order may have no items."""

    app: str
    run: str
    items: tuple[Item, ...]
    order: Order | None


def read_ticket(answer: Any, link: TicketLink, config: Config, now: datetime) -> Ticket:
    if not isinstance(answer, dict):
        raise _malformed("it is not an object")
    if answer.get("version") != 1:
        raise RefusedError("version", "The ticket needs a newer version of the handler. Ask your TD to update it.")
    if answer.get("verb") != link.verb:
        raise RefusedError("other-verb", "The link and its ticket ask for different things.")
    _check_time(_text(answer, "expires_at"), now)
    _check_person(answer.get("person"), config)
    app = _text(answer, "app")
    order = _order(answer.get("kabaret")) if app == "kabaret" and answer.get("kabaret") is not None else None
    items = answer.get("items", [] if order else None)
    if not isinstance(items, list) or not (order or items) or len(items) > _ITEMS_MAX:
        raise _malformed("it has no tasks, or too many")
    return Ticket(
        app=app,
        run=printable(_text(answer, "run")),
        items=tuple(_item(item, config) for item in items),
        order=order,
    )


def _check_time(expires_at: str, now: datetime) -> None:
    try:
        expires = datetime.fromisoformat(re.sub("Z$", "+00:00", expires_at))
        late = now - expires
    except (ValueError, TypeError):
        raise _malformed("its time can't be read") from None
    if late > _CLOCK_TOLERANCE:
        raise RefusedError(
            "expired",
            f"The ticket expired at {expires:%Y-%m-%d %H:%M:%S}, and this workstation's clock says "
            f"{now:%Y-%m-%d %H:%M:%S} (UTC). Run the action in Kitsu again. If that does not help, set the clock.",
        )
    if late > timedelta(0):
        log.warning("by this clock, the ticket expired %d s ago; clocks may differ by 5 minutes", late.total_seconds())


def _check_person(person: Any, config: Config) -> None:
    if config.person is None:
        return
    email = person.get("email") if isinstance(person, dict) else None
    if not isinstance(email, str):
        raise RefusedError(
            "wrong-person", f"The ticket does not say who it is for, but this workstation belongs to {config.person}."
        )
    if email.casefold() != config.person.casefold():
        raise RefusedError(
            "wrong-person", f"The ticket is for {printable(email)}, but this workstation belongs to {config.person}."
        )


def _order(value: Any) -> Order:
    run = value.get("run") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not (run is None or isinstance(run, dict)):
        raise _malformed("its “kabaret” is not an object")
    project = value.get("project", "")
    if not isinstance(project, str):
        raise _malformed("its project is not a string")
    button = _text(run, "button") if run is not None and run.get("button") is not None else None
    return Order(oid=_text(value, "oid"), project=project, run=run is not None, button=button)


def _item(value: Any, config: Config) -> Item:
    if not isinstance(value, dict):
        raise _malformed("a task is not an object")
    task_id = _text(value, "task_id")
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", task_id) is None:
        raise _malformed("a task has an invalid ID")
    paths = value.get("path") or {}
    if not isinstance(paths, dict):
        raise _malformed("the paths of a task are not an object")
    return Item(
        name=printable(_text(value, "name")),
        task_id=task_id,
        path=_text(paths, config.system) if paths.get(config.system) is not None else None,
        media_url=_text(value, "media_url") if value.get("media_url") is not None else None,
        frame_in=_frame(value.get("frame_in")),
        frame_out=_frame(value.get("frame_out")),
        fps=_fps(value.get("fps")),
    )


def _text(table: dict[str, Any], name: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 8000:
        raise _malformed(f"its “{name}” is missing or not a string")
    return value


def _frame(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10_000_000:
        raise _malformed("a frame is not a valid number")
    return value


def _fps(value: Any) -> int | float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1000:
        raise _malformed("a frame rate is not a valid number")
    return value


def _malformed(reason: str) -> RefusedError:
    return RefusedError("not-a-ticket", f"The worker's answer is not a valid ticket: {reason}.")
