"""The command line. Each exit status says what kind of problem there is."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from . import dialog
from .check import check
from .config import is_scheme, read_config
from .errors import ConfigError, HandlerError, RefusedError, printable
from .link import read_link
from .locations import current_system, find_config, log, open_log
from .open_link import open_link
from .registration import register, unregister

_COMMANDS = ("check", "register", "unregister")


def main(words: Sequence[str]) -> int:
    given = words[1] if len(words) > 1 and words[0] == "--config" else None
    rest = words[2:] if given is not None else words
    # Nothing may follow a link: a browser that does not encode quotation marks would let a web page
    # add arguments.
    if rest and rest[0] not in _COMMANDS and not rest[0].startswith("-"):
        return _open(rest, given)
    parser = argparse.ArgumentParser(
        prog="handler.py", description="Opens links from Kitsu Actions in applications.", allow_abbrev=False
    )
    parser.add_argument("--config", metavar="FILE", help="use this configuration; must come first")
    commands = parser.add_subparsers(dest="command", required=True, metavar="check | register | unregister | LINK")
    commands.add_parser("check", help="show what the configuration allows, what is wrong with it, and what is missing")
    for name in ("register", "unregister"):
        command = commands.add_parser(name, help=f"{name} this handler for links")
        command.add_argument(
            "--scheme", nargs="+", type=_scheme, help="the schemes of the links (default: those of the configuration)"
        )
    options = parser.parse_args(words)
    try:
        return (
            _check(options.config)
            if options.command == "check"
            else _register(options.command, options.scheme, options.config)
        )
    except HandlerError as error:
        print(error.text)
        return error.status


def _open(words: Sequence[str], given: str | None) -> int:
    open_log()
    try:
        config = read_config(find_config(given), current_system())
        if len(words) > 1:
            raise RefusedError("not-a-link", "The link is followed by other arguments, which is not allowed.")
        open_link(read_link(words[0], config), config)
    except HandlerError as error:
        log.error("%s: %s", error.code, printable(error.text))
        if error.code != "not-confirmed":  # their own answer, which needs no dialog
            dialog.show_error(error.text)
        return error.status
    except Exception:
        log.exception("internal error")
        dialog.show_error("The handler of Kitsu Actions failed with an internal error. See its log for details.")
        return 1
    return 0


def _register(command: str, schemes: list[str] | None, given: str | None) -> int:
    for scheme in schemes or read_config(find_config(given), current_system()).schemes:
        if command == "register":
            print(f"{scheme}: registered in {register(scheme, given)}")
        else:
            unregister(scheme)
            print(f"{scheme}: unregistered")
    return 0


def _check(given: str | None) -> int:
    missing = check(read_config(find_config(given), current_system()))
    print(
        "\n".join(["Missing on this workstation:", *(f"  {sentence}" for sentence in missing)])
        if missing
        else "Nothing is missing."
    )
    return ConfigError.status if missing else 0


def _scheme(text: str) -> str:
    if not is_scheme(text):
        raise argparse.ArgumentTypeError(f"“{text}” can't be used as a scheme")
    return text
