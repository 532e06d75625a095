"""Opens one link: from the click to the application, in order."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from . import application, kabaret
from .config import Config
from .consent import require_consent
from .errors import HandlerError, RefusedError, printable
from .link import KabaretLink, Link, TicketLink
from .locations import log
from .outcome import Outcome
from .ticket import Order, Ticket, read_ticket
from .worker import fetch_ticket, report


def open_link(link: Link, config: Config) -> None:
    if isinstance(link, TicketLink):
        _open_ticket(link, None, config)
        return
    if config.kabaret is None:
        raise RefusedError("unknown-scheme", "Kabaret is not set up on this workstation.")
    kabaret.check_oid(link.oid, config.kabaret)  # before the ticket is used up
    if link.ticket is not None:
        _open_ticket(link.ticket, link, config)
    else:
        outcome = kabaret.open_object(Order(link.oid, link.project, run=False, button=None), config.kabaret)
        log.info("%s: %s", outcome.state, outcome.text)


def _open_ticket(link: TicketLink, kabaret_link: KabaretLink | None, config: Config) -> None:
    log.info("%s from %s", link.verb, link.origin)
    require_consent(link.origin, config)
    answer = fetch_ticket(link.url, config.person)
    # The ticket is used up, and the worker waits for a report.
    try:
        outcome = _carry_out(answer, link, kabaret_link, config)
    except Exception as error:
        text = (
            error.text
            if isinstance(error, HandlerError)
            else "The handler on the workstation failed with an internal error. See its log for details."
        )
        report(link.url, config.person, Outcome("failed", text))
        raise
    log.info("%s: %s", outcome.state, outcome.text or "no further report")
    report(link.url, config.person, outcome)


def _carry_out(answer: Any, link: TicketLink, kabaret_link: KabaretLink | None, config: Config) -> Outcome:
    ticket = read_ticket(answer, link, config, datetime.now(timezone.utc))
    if kabaret_link is None:
        return _start(ticket, config)
    if ticket.order is None or config.kabaret is None:
        raise RefusedError("not-for-kabaret", "The link is for Kabaret, but its ticket is not.")
    if ticket.order.oid != kabaret_link.oid:
        raise RefusedError("other-oid", "The link and its ticket are for different objects.")
    log.info("run %s: Kabaret, %s", ticket.run, ticket.order.oid)
    return kabaret.open_object(ticket.order, config.kabaret)


def _start(ticket: Ticket, config: Config) -> Outcome:
    chosen = config.applications.get(ticket.app)
    if chosen is None or not chosen.start.command:
        raise RefusedError("unknown-application", f"“{printable(ticket.app)}” is not set up on this workstation.")
    if not ticket.items:
        raise RefusedError("for-kabaret", "The ticket is for Kabaret, but the link is not.")
    names = "; ".join(item.name for item in ticket.items)
    started = application.start(application.build_command(chosen, ticket.items, config), chosen.start, {})
    log.info("run %s: %s started as process %d, for %s", ticket.run, chosen.name, started.process, names)
    # The page has a text of its own, with the application's title. Here, only its ID is known.
    return Outcome("started", "")
