"""The command line, and one link from the click to the application. Each exit status says who has to do something about it."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from . import application, desktop, kabaret
from .config import Config, is_scheme, read_config
from .consent import hold_consent
from .link import KabaretLink, TicketLink, read_link
from .places import configuration, log, open_log, this_system
from .refusal import Refusal, Refused, printable
from .registration import register, unregister
from .template import Part
from .ticket import read_ticket
from .worker import take

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
    commands.add_parser("check", help="say what the configuration allows, or what is wrong with it")
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
        link = read_link(words[0], config)
        if isinstance(link, KabaretLink):
            _open_kabaret(link, config)
        else:
            _open_ticket(link, config)
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


def _open_ticket(link: TicketLink, config: Config) -> None:
    log.info("%s from %s", link.verb, link.origin)
    hold_consent(link.origin, config)
    ticket = read_ticket(take(link.url, config.person), link, config, datetime.now(timezone.utc))
    chosen = config.applications.get(ticket.app)
    if chosen is None or not chosen.command:
        raise Refused("unknown-application", f"“{printable(ticket.app)}” is not set up on this workstation.")
    process = application.start(application.command_for(chosen, ticket.items, config), {})
    log.info(
        "run %s: %s started as process %d, for %s", ticket.run, chosen.name, process, "; ".join(item.name for item in ticket.items)
    )


def _open_kabaret(link: KabaretLink, config: Config) -> None:
    if config.kabaret is None:
        raise Refused("unknown-scheme", "Kabaret is not set up on this workstation.")
    process = application.start(*kabaret.command_for(link, config.kabaret))
    log.info("Kabaret started as process %d, at %s", process, link.oid)


def _register(command: str, schemes: list[str] | None, given: str | None) -> int:
    for scheme in schemes or read_config(configuration(given), this_system()).schemes:
        if command == "register":
            print(f"{scheme}: registered, {register(scheme, given)}")
        else:
            unregister(scheme)
            print(f"{scheme}: no longer registered")
    return 0


def _check(given: str | None) -> int:
    config = read_config(configuration(given), this_system())
    print(f"{config.file} is right. On this workstation:")
    if os.name == "posix" and config.file.stat().st_mode & 0o002:
        print("  BEWARE: everybody may write this file, and so choose what is started")
    print(f"  links      {', '.join(f'{scheme}:' for scheme in config.schemes)} with {', '.join(config.verbs)}")
    print(f"  person     {config.person or 'anybody'}")
    asked = "asked about once" if config.confirm_origins else "trusted"
    for origin in config.allowed_origins:
        print(f"  worker     {origin}, {'trusted' if origin in config.trusted_origins else asked}")
    for root in config.roots:
        print(f"  files in   {root}{'' if Path(root).is_dir() else ', NOT THERE'}")
    for each in config.applications.values():
        most = f"up to {each.max_items}" if each.many else "one"
        kinds = [*sorted(each.extensions), *(["media"] if each.media else [])]
        print(f"  {each.name}: {_shown(each.command)}; {most} at a time, {' '.join(kinds) or 'of no kind of file'}")
    if config.kabaret is not None:
        print(f"  Kabaret: {_shown(config.kabaret.command)}")
        for project, command in config.kabaret.projects.items():
            print(f"  Kabaret, {project}: {_shown(command)}")
    return 0


def _shown(command: Sequence[Part]) -> str:
    if not command:
        return "not on this system"
    missing = "" if shutil.which(str(command[0])) else ", NOT INSTALLED"
    return " ".join(part if isinstance(part, str) else f"[{' '.join(part)}]" for part in command) + missing


def _scheme(text: str) -> str:
    if not is_scheme(text):
        raise argparse.ArgumentTypeError(f"“{text}” can't be a scheme of its own")
    return text
