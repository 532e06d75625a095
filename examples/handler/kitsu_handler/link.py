"""Parses the link from the desktop.

Any web page can open such a link, so nothing in it is trusted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Union
from urllib.parse import parse_qsl

from .config import Config
from .errors import RefusedError
from .origin import parse_origin

# A desktop may add a slash after the verb.
_LINK = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([A-Za-z0-9._-]+)/?\?([!-\"$-~]+)")
_TICKET = re.compile(r"https?://[^/]+((?:/(?!\.{1,2}/)[A-Za-z0-9._~-]+)*)/t/[0-9a-f]{64}")
_LINK_MAX_LENGTH = 2000


@dataclass(frozen=True)
class TicketLink:
    """`url` returns the ticket, once."""

    verb: str
    url: str
    origin: str


@dataclass(frozen=True)
class KabaretLink:
    """Without a ticket, nobody is asked for permission, and nothing is reported."""

    oid: str
    project: str
    ticket: TicketLink | None


Link = Union[TicketLink, KabaretLink]


def read_link(uri: str, config: Config) -> Link:
    match = _LINK.fullmatch(uri) if len(uri) <= _LINK_MAX_LENGTH else None
    if match is None:
        raise RefusedError("not-a-link", "This is not a link from Kitsu Actions.")
    scheme, verb = match[1].lower(), match[2]
    if scheme not in config.schemes:
        raise RefusedError("unknown-scheme", f"This workstation does not open “{scheme}:” links.")
    values = _values(match[3])
    if scheme == "kabaret":
        if verb != "open":
            raise RefusedError("unknown-verb", f"Kabaret links only support “open”, not “{verb}”.")
        ticket = _ticket_link(verb, values["u"], config) if values.get("u") else None
        return KabaretLink(values.get("oid", ""), values.get("project", ""), ticket)
    if verb not in config.verbs:
        raise RefusedError("unknown-verb", f"This workstation does not support “{verb}” links.")
    if "p" in values or "s" in values:
        raise RefusedError(
            "signed-link",
            "This link is signed instead of having a ticket, and this handler can't verify signatures. "
            "Ask your TD to set up tickets for the worker.",
        )
    return _ticket_link(verb, values.get("u", ""), config)


def _ticket_link(verb: str, url: str, config: Config) -> TicketLink:
    origin = parse_origin(url)
    if origin is None or _TICKET.fullmatch(url) is None:
        raise RefusedError("not-a-ticket-url", "The link does not point to a ticket.")
    if origin not in config.allowed_origins:
        raise RefusedError(
            "foreign-origin",
            f"{origin} may not start applications on this workstation. If it is your studio's worker, add it to “origins”.",
        )
    return TicketLink(verb, url, origin)


def _values(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise RefusedError("not-a-link", "The link is damaged. Run the action in Kitsu again.") from None
    values = dict(pairs)
    if len(values) < len(pairs):
        raise RefusedError("not-a-link", "The link has a parameter twice. Run the action in Kitsu again.")
    return values
