"""What the worker orders, and whether it is for this workstation, this person and this minute."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .config import Config
from .link import TicketLink
from .places import log
from .refusal import Refused, printable

# Workstations' clocks differ. The worker, which has its own, gives no ticket away that has expired.
_CLOCKS_DIFFER = timedelta(minutes=5)
_MOST_ITEMS = 1000


@dataclass(frozen=True)
class Item:
    """`path` is that for this system. It and `media_url` are as the worker wrote them: application.py checks what it uses."""

    name: str
    task_id: str
    path: str | None
    media_url: str | None
    frame_in: int | None
    frame_out: int | None
    fps: int | float | None


@dataclass(frozen=True)
class Order:
    """What Kabaret is to show. `run`: press a button of the action at `oid`, the first where `button` is None."""

    oid: str
    project: str
    run: bool
    button: str | None


@dataclass(frozen=True)
class Ticket:
    """`order` is what is in it for Kabaret. Such a ticket may be without items."""

    app: str
    run: str
    items: tuple[Item, ...]
    order: Order | None


def read_ticket(answer: Any, link: TicketLink, config: Config, now: datetime) -> Ticket:
    if not isinstance(answer, dict):
        raise _malformed("it is no object")
    if answer.get("version") != 1:
        raise Refused("version", "The ticket is of another version. This handler has to be brought up to date.")
    if answer.get("verb") != link.verb:
        raise Refused("other-verb", "The link and its ticket order different things.")
    _hold_time(_text(answer, "expires_at"), now)
    _hold_person(answer.get("person"), config)
    app = _text(answer, "app")
    order = _order(answer.get("kabaret")) if app == "kabaret" and answer.get("kabaret") is not None else None
    items = answer.get("items", [] if order else None)
    if not isinstance(items, list) or not (order or items) or len(items) > _MOST_ITEMS:
        raise _malformed("it names no tasks, or far too many")
    return Ticket(
        app=app,
        run=printable(_text(answer, "run")),
        items=tuple(_item(item, config) for item in items),
        order=order,
    )


def _hold_time(expires_at: str, now: datetime) -> None:
    try:
        expires = datetime.fromisoformat(re.sub("Z$", "+00:00", expires_at))
        late = now - expires
    except (ValueError, TypeError):
        raise _malformed("its time is not readable") from None
    if late > _CLOCKS_DIFFER:
        raise Refused(
            "expired",
            f"The ticket was good until {expires:%Y-%m-%d %H:%M:%S}, and it is {now:%Y-%m-%d %H:%M:%S} (UTC) on this workstation. "
            "Run the action in Kitsu again; if that is no help, set the clock.",
        )
    if late > timedelta(0):
        log.warning("the ticket expired %d s ago by this clock; clocks may differ by 5 minutes", late.total_seconds())


def _hold_person(person: Any, config: Config) -> None:
    if config.person is None:
        return
    email = person.get("email") if isinstance(person, dict) else None
    if not isinstance(email, str):
        raise Refused("wrong-person", f"The ticket does not say whom it is for, and {config.person} works here.")
    if email.casefold() != config.person.casefold():
        raise Refused("wrong-person", f"The ticket is for {printable(email)}, and {config.person} works here.")


def _order(value: Any) -> Order:
    run = value.get("run") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not (run is None or isinstance(run, dict)):
        raise _malformed("its “kabaret” is no object")
    project = value.get("project", "")
    if not isinstance(project, str):
        raise _malformed("its project is no text")
    button = _text(run, "button") if run is not None and run.get("button") is not None else None
    return Order(oid=_text(value, "oid"), project=project, run=run is not None, button=button)


def _item(value: Any, config: Config) -> Item:
    if not isinstance(value, dict):
        raise _malformed("a task of it is no object")
    task_id = _text(value, "task_id")
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", task_id) is None:
        raise _malformed("a task's id is not one")
    paths = value.get("path") or {}
    if not isinstance(paths, dict):
        raise _malformed("a task's paths are no object")
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
        raise _malformed(f"its “{name}” is missing or no text")
    return value


def _frame(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10_000_000:
        raise _malformed("a frame is no number of a frame")
    return value


def _fps(value: Any) -> int | float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1000:
        raise _malformed("a frame rate is none")
    return value


def _malformed(why: str) -> Refused:
    return Refused("not-a-ticket", f"What the worker answered is not a ticket: {why}.")
