"""What the desktop hands over: one link, which any web page could have made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Union
from urllib.parse import parse_qsl

from .config import Config
from .origin import origin_of
from .refusal import Refused

# A desktop may add a slash behind the verb.
_LINK = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([A-Za-z0-9._-]+)/?\?([!-\"$-~]+)")
_TICKET = re.compile(r"https?://[^/]+((?:/(?!\.{1,2}/)[A-Za-z0-9._~-]+)*)/t/[0-9a-f]{64}")
_LONGEST = 2000


@dataclass(frozen=True)
class TicketLink:
    """`url` gives the ticket away, once."""

    verb: str
    url: str
    origin: str


@dataclass(frozen=True)
class KabaretLink:
    """Without a ticket nobody is asked and nothing reported, as for a link that somebody wrote down."""

    oid: str
    project: str
    ticket: TicketLink | None


Link = Union[TicketLink, KabaretLink]


def read_link(uri: str, config: Config) -> Link:
    match = _LINK.fullmatch(uri) if len(uri) <= _LONGEST else None
    if match is None:
        raise Refused("not-a-link", "What was opened is not a link of Kitsu Actions.")
    scheme, verb = match[1].lower(), match[2]
    if scheme not in config.schemes:
        raise Refused("unknown-scheme", f"Links that begin with “{scheme}:” are not opened on this workstation.")
    values = _values(match[3])
    if scheme == "kabaret":
        if verb != "open":
            raise Refused("unknown-verb", f"“{verb}” is nothing that can be done with Kabaret: only “open” is.")
        ticket = _ticket_link(verb, values["u"], config) if values.get("u") else None
        return KabaretLink(values.get("oid", ""), values.get("project", ""), ticket)
    if verb not in config.verbs:
        raise Refused("unknown-verb", f"“{verb}” is nothing that is done on this workstation.")
    if "p" in values or "s" in values:
        raise Refused(
            "signed-link",
            "This link carries its order itself, signed, and this handler can't check such a signature. "
            "Ask for the worker to be set up with tickets.",
        )
    return _ticket_link(verb, values.get("u", ""), config)


def _ticket_link(verb: str, url: str, config: Config) -> TicketLink:
    origin = origin_of(url)
    if origin is None or _TICKET.fullmatch(url) is None:
        raise Refused("not-a-ticket-url", "The link does not lead to a ticket.")
    if origin not in config.allowed_origins:
        raise Refused(
            "foreign-origin", f"{origin} may not start anything on this workstation. If it is your studio's, add it to “origins”."
        )
    return TicketLink(verb, url, origin)


def _values(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise Refused("not-a-link", "The link is damaged. Run the action in Kitsu again.") from None
    values = dict(pairs)
    if len(values) < len(pairs):
        raise Refused("not-a-link", "The link says the same thing twice, so that it is unclear which counts.")
    return values
