"""The command line. Each exit status says who has to do something about it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from . import desktop
from .check import check
from .config import is_scheme, read_config
from .link import read_link
from .opening import open_link
from .places import configuration, log, open_log, this_system
from .refusal import Misconfigured, Refusal, Refused, printable
from .registration import register, unregister

_COMMANDS = ("check", "register", "unregister")


def main(words: Sequence[str]) -> int:
    given = words[1] if len(words) > 1 and words[0] == "--config" else None
    rest = words[2:] if given is not None else words
    # A browser that forgets to encode a quotation mark would let a web page add words of its own: a link is the last word, always.
    if rest and rest[0] not in _COMMANDS and not rest[0].startswith("-"):
        return _open(rest, given)
    parser = argparse.ArgumentParser(
        prog="handler.py", description="Starts applications for links of Kitsu Actions.", allow_abbrev=False
    )
    parser.add_argument("--config", metavar="FILE", help="the configuration, if not the usual one; before all other words")
    commands = parser.add_subparsers(dest="command", required=True, metavar="check | register | unregister | LINK")
    commands.add_parser("check", help="say what the configuration allows, what is wrong with it, and what is missing")
    for name in ("register", "unregister"):
        command = commands.add_parser(name, help=f"{name} this handler for links")
        command.add_argument("--scheme", nargs="+", type=_scheme, help="which links; without it those of the configuration")
    options = parser.parse_args(words)
    try:
        return _check(options.config) if options.command == "check" else _register(options.command, options.scheme, options.config)
    except Refusal as refusal:
        print(refusal.text)
        return refusal.status


def _open(words: Sequence[str], given: str | None) -> int:
    open_log()
    try:
        config = read_config(configuration(given), this_system())
        if len(words) > 1:
            raise Refused("not-a-link", "Something stands behind the link, and is not part of it.")
        open_link(read_link(words[0], config), config)
    except Refusal as refusal:
        log.error("%s: %s", refusal.code, printable(refusal.text))
        if refusal.code != "not-confirmed":  # they know: it was their own answer
            desktop.tell(refusal.text)
        return refusal.status
    except Exception:
        log.exception("a fault of the handler")
        desktop.tell("The handler of Kitsu Actions has a fault. Its log says more.")
        return 1
    return 0


def _register(command: str, schemes: list[str] | None, given: str | None) -> int:
    for scheme in schemes or read_config(configuration(given), this_system()).schemes:
        if command == "register":
            print(f"{scheme}: registered, {register(scheme, given)}")
        else:
            unregister(scheme)
            print(f"{scheme}: no longer registered")
    return 0


def _check(given: str | None) -> int:
    missing = check(read_config(configuration(given), this_system()))
    print("\n".join(["Missing on this workstation:", *(f"  {sentence}" for sentence in missing)]) if missing else "Nothing is missing.")
    return Misconfigured.status if missing else 0


def _scheme(text: str) -> str:
    if not is_scheme(text):
        raise argparse.ArgumentTypeError(f"“{text}” can't be a scheme of its own")
    return text
