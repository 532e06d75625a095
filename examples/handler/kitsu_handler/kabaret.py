"""Opens kabaret://open?oid=...: a running session shows the object, or the flow is started with it."""

from __future__ import annotations

from . import application
from .errors import RefusedError, printable
from .kabaret_config import Flow, Kabaret
from .kabaret_session import NoSessionError, find_session
from .locations import log
from .outcome import Outcome
from .ticket import Order

# Characters with a meaning for shells and the like. They are refused even if the studio's pattern
# allows them.
_FORBIDDEN_CHARACTERS = frozenset("\"'`$\\;&|<>*?()[]{}!^%")
_SHOWN = Outcome("started", "It is open in the Kabaret session that was already running.")


def open_object(order: Order, kabaret: Kabaret) -> Outcome:
    """Opens the object of a link or of a ticket. Only a ticket can have `run`."""
    check_oid(order.oid, kabaret)
    action = order.oid.rsplit("/", 1)[-1]
    if order.run and action not in kabaret.run:
        raise RefusedError(
            "not-to-run",
            f"“{action}” may not be run from Kitsu on this workstation. Your TD can allow it: add “{action}” to "
            "“run” in “kabaret” of the handler's configuration.",
        )
    flow = _flow(order, kabaret)
    if kabaret.sessions:
        try:
            session = find_session(flow.cluster, order.oid)
            session.goto(order.oid)
        except NoSessionError as reason:
            log.info("not using a running Kabaret: %s", printable(str(reason)))
        else:
            log.info("Kabaret session %s shows %s", printable(session.uid), order.oid)
            return session.run(order.oid, order.button) if order.run else _SHOWN
    return _start(order, flow, kabaret)


def check_oid(oid: str, kabaret: Kabaret) -> None:
    names = oid.split("/")[1:]
    safe = (
        oid.startswith("/")
        and oid.isprintable()
        and ".." not in names
        and not any(c in _FORBIDDEN_CHARACTERS or c.isspace() for c in oid)
    )
    known = (
        all(map(str.isidentifier, names))
        if kabaret.oid_pattern is None
        else kabaret.oid_pattern.fullmatch(oid) is not None
    )
    if not safe or not known:
        raise RefusedError("oid", f"“{printable(oid)}” is not a valid object address.")


def _flow(order: Order, kabaret: Kabaret) -> Flow:
    """The flow of the project, else of the first part of the oid, else the general one."""
    first = order.oid.split("/")[1]
    flow = kabaret.projects.get(order.project) or kabaret.projects.get(first) or kabaret.general
    if not flow.command:
        name = printable(order.project or first)
        raise RefusedError("unknown-project", f"Kabaret is not set up for the project “{name}” on this workstation.")
    return flow


def _start(order: Order, flow: Flow, kabaret: Kabaret) -> Outcome:
    """Only the oid comes from the order. Host, port and the like come from the configuration."""
    command = [*map(str, flow.command), *(("--home-oid", order.oid) if kabaret.as_argument else ())]
    started = application.start(command, flow, {"KABARET_HOME_OID": order.oid} if kabaret.as_environment else {})
    log.info("Kabaret started as process %d, at %s", started.process, order.oid)
    if started.ended:
        return Outcome("unknown", "Kabaret was started, but ended. Check whether it is open in another window.")
    if order.run:
        return Outcome("started", "Kabaret was started and shows the form of the action. Press its button there.")
    return Outcome("started", "Kabaret was started.")
