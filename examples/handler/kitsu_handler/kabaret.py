"""kabaret://open?oid=...: the object is shown in a session that runs, or a flow is started at it."""

from __future__ import annotations

from . import application
from .flow import Flow, Kabaret
from .outcome import Outcome
from .places import log
from .refusal import Refused, printable
from .session import NoSession, find_session
from .ticket import Order

# What a shell or another reader could take for more than a name. The studio's pattern can't allow it.
_NEVER = frozenset("\"'`$\\;&|<>*?()[]{}!^%")
_SHOWN = Outcome("started", "It is open in the session that was running.")


def open_object(order: Order, kabaret: Kabaret) -> Outcome:
    """The order is the link's alone, or a ticket's. Only a ticket's can say `run`."""
    hold_oid(order.oid, kabaret)
    action = order.oid.rsplit("/", 1)[-1]
    if order.run and action not in kabaret.run:
        raise Refused(
            "not-to-run",
            f"“{action}” may not be run from Kitsu on this workstation. Your TD can allow it: add “{action}” to “run” of “kabaret” "
            "in the handler's configuration.",
        )
    flow = _flow(order, kabaret)
    if kabaret.sessions:
        try:
            session = find_session(flow.cluster, order.oid)
            session.goto(order.oid)
        except NoSession as why:
            log.info("no running Kabaret is used: %s", printable(str(why)))
        else:
            log.info("Kabaret session %s shows %s", printable(session.uid), order.oid)
            return session.run(order.oid, order.button) if order.run else _SHOWN
    return _start(order, flow, kabaret)


def hold_oid(oid: str, kabaret: Kabaret) -> None:
    names = oid.split("/")[1:]
    safe = oid.startswith("/") and oid.isprintable() and ".." not in names and not any(c in _NEVER or c.isspace() for c in oid)
    known = all(map(str.isidentifier, names)) if kabaret.oid_pattern is None else kabaret.oid_pattern.fullmatch(oid) is not None
    if not safe or not known:
        raise Refused("oid", f"“{printable(oid)}” is not the address of an object.")


def _flow(order: Order, kabaret: Kabaret) -> Flow:
    """Of the project, else of the oid's first part, else of all."""
    first = order.oid.split("/")[1]
    flow = kabaret.projects.get(order.project) or kabaret.projects.get(first) or kabaret.general
    if not flow.command:
        name = printable(order.project or first)
        raise Refused("unknown-project", f"Kabaret is not set up for the project “{name}” on this workstation.")
    return flow


def _start(order: Order, flow: Flow, kabaret: Kabaret) -> Outcome:
    """Of the order only the oid becomes part of the command: host and port are the configuration's."""
    command = [*map(str, flow.command), *(("--home-oid", order.oid) if kabaret.as_argument else ())]
    started = application.start(command, flow, {"KABARET_HOME_OID": order.oid} if kabaret.as_environment else {})
    log.info("Kabaret started as process %d, at %s", started.process, order.oid)
    if started.ended:
        return Outcome("unknown", "Kabaret ended by itself. Look whether it is open in another window.")
    if order.run:
        return Outcome("started", "Kabaret was started, with the form of the action. Press its button there.")
    return Outcome("started", "Kabaret was started.")
