"""One link, from the click to the application, in reading order."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from . import application, kabaret
from .config import Config
from .consent import hold_consent
from .link import KabaretLink, Link, TicketLink
from .outcome import Outcome
from .places import log
from .refusal import Refusal, Refused, printable
from .ticket import Order, Ticket, read_ticket
from .worker import report, take


def open_link(link: Link, config: Config) -> None:
    if isinstance(link, TicketLink):
        _open_ticket(link, None, config)
        return
    if config.kabaret is None:
        raise Refused("unknown-scheme", "Kabaret is not set up on this workstation.")
    kabaret.hold_oid(link.oid, config.kabaret)  # before a ticket is used up for it
    if link.ticket is not None:
        _open_ticket(link.ticket, link, config)
    else:
        outcome = kabaret.open_object(Order(link.oid, link.project, run=False, button=None), config.kabaret)
        log.info("%s: %s", outcome.state, outcome.text)


def _open_ticket(link: TicketLink, to_kabaret: KabaretLink | None, config: Config) -> None:
    log.info("%s from %s", link.verb, link.origin)
    hold_consent(link.origin, config)
    answer = take(link.url, config.person)
    # From here on the ticket is used up, and the worker waits for what came of it.
    try:
        outcome = _carry_out(answer, link, to_kabaret, config)
    except Exception as error:
        text = error.text if isinstance(error, Refusal) else "The handler on the workstation has a fault. Its log says more."
        report(link.url, config.person, Outcome("failed", text))
        raise
    log.info("%s: %s", outcome.state, outcome.text or "it goes on without the handler")
    report(link.url, config.person, outcome)


def _carry_out(answer: Any, link: TicketLink, to_kabaret: KabaretLink | None, config: Config) -> Outcome:
    ticket = read_ticket(answer, link, config, datetime.now(timezone.utc))
    if to_kabaret is None:
        return _start(ticket, config)
    if ticket.order is None or config.kabaret is None:
        raise Refused("not-for-kabaret", "The link is for Kabaret, and its ticket is not.")
    if ticket.order.oid != to_kabaret.oid:
        raise Refused("other-oid", "The link and its ticket name different objects.")
    log.info("run %s: Kabaret, %s", ticket.run, ticket.order.oid)
    return kabaret.open_object(ticket.order, config.kabaret)


def _start(ticket: Ticket, config: Config) -> Outcome:
    chosen = config.applications.get(ticket.app)
    if chosen is None or not chosen.start.command:
        raise Refused("unknown-application", f"“{printable(ticket.app)}” is not set up on this workstation.")
    if not ticket.items:
        raise Refused("for-kabaret", "The ticket is for Kabaret, and the link is not.")
    names = "; ".join(item.name for item in ticket.items)
    started = application.start(application.command_for(chosen, ticket.items, config), chosen.start, {})
    log.info("run %s: %s started as process %d, for %s", ticket.run, chosen.name, started.process, names)
    # The page says it in its own words: here is only the launcher's id.
    return Outcome("started", "")
