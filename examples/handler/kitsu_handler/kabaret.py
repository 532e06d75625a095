"""kabaret://open?oid=... starts libreflow, or a flow's own start script, at an object."""

from __future__ import annotations

from .config import Kabaret
from .link import KabaretLink
from .refusal import Refused, printable


def command_for(link: KabaretLink, kabaret: Kabaret) -> tuple[list[str], dict[str, str]]:
    """The command and its variables. Of the link only the oid becomes part of it: host and port are the configuration's."""
    oid = link.oid
    # The studio may widen the pattern, but not beyond this.
    safe = oid.startswith("/") and oid.isprintable() and ".." not in oid.split("/")
    if not safe or kabaret.oid_pattern.fullmatch(oid) is None:
        raise Refused("oid", f"“{printable(oid)}” is not the address of an object.")
    command = kabaret.projects.get(link.project, kabaret.command)
    if not command:
        raise Refused("unknown-project", f"Kabaret is not set up for the project “{printable(link.project)}” on this workstation.")
    return (
        [*command, *(("--home-oid", oid) if kabaret.as_argument else ())],
        {"KABARET_HOME_OID": oid} if kabaret.as_environment else {},
    )
