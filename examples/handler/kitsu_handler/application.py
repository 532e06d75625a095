"""An application: the arguments it gets for what a ticket names, and its start."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .config import Application, Config
from .origin import origin_of
from .output import last_line, new_output
from .paths import FLAVOURS, permitted
from .places import log
from .refusal import NotStarted, Refused
from .start import Start
from .template import ALL, PLACEHOLDER
from .ticket import Item


def command_for(application: Application, items: Sequence[Item], config: Config) -> list[str]:
    """The command for these items. What the configuration does not allow is refused before anything is started."""
    most = application.max_items if application.many else 1
    if len(items) > most:
        raise Refused("too-many", f"{application.name} opens {most} at a time, and {len(items)} were selected. Select fewer.")
    command: list[str] = []
    for part in application.start.command:
        if not isinstance(part, str):
            names = PLACEHOLDER.findall(" ".join(part))
            if all(_value(items[0], name, application, config) is not None for name in names):
                command += [_filled(text, items[0], application, config) for text in part]
        elif part in ALL:
            command += [_needed(item, ALL[part], application, config) for item in items]
        else:
            command.append(_filled(part, items[0], application, config))
    return command


@dataclass(frozen=True)
class Started:
    """`ended`: with status 0, while it was watched. Programs that hand over to one that runs already do that."""

    process: int
    ended: bool


def start(command: Sequence[str], how: Start, variables: Mapping[str, str]) -> Started:
    """Starts a process of its own, which outlives the handler and the browser, and watches for an early end."""
    environment = {**os.environ, **how.env, **variables}
    program = shutil.which(command[0], path=environment.get("PATH"))
    if program is None:
        raise NotStarted("not-found", f"“{command[0]}” is not installed on this workstation, or not where the configuration says.")
    if how.cwd is not None and not os.path.isdir(how.cwd):
        raise NotStarted("no-folder", f"“{command[0]}” is to be started in {how.cwd}, and there is no such folder.")
    if how.script is not None and not os.path.isfile(how.script):
        raise NotStarted("no-script", f"“{command[0]}” is to run {how.script}, and there is no such file.")
    output = new_output(program)
    began = time.monotonic()
    try:
        with open(output or os.devnull, "wb") as opened:
            process = subprocess.Popen(
                [program, *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=opened,
                stderr=subprocess.STDOUT,
                close_fds=True,
                start_new_session=os.name != "nt",
                creationflags=subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP if os.name == "nt" else 0,
                env=environment,
                cwd=how.cwd,
            )
    except OSError as error:
        hint = " Its first line must name what runs it, such as “#!/bin/sh”." if error.errno == errno.ENOEXEC else ""
        raise NotStarted("not-startable", f"“{program}” could not be started: {error.strerror}.{hint}") from None
    log.info("process %d is %s%s", process.pid, program, f", its output is in {output}" if output else "")
    try:
        status = process.wait(timeout=how.watch)
    except subprocess.TimeoutExpired:
        return Started(process.pid, ended=False)
    if status != 0:
        raise NotStarted("ended-early", _end(program, time.monotonic() - began, status, output))
    return Started(process.pid, ended=True)


def _end(program: str, seconds: float, status: int, output: Path | None) -> str:
    how = f"with status {status}" if status > 0 or os.name == "nt" else f"by signal {-status}"
    said = last_line(output) if output else ""
    where = f" What it printed is in {output}." if output else " Start it in a terminal to see why."
    words = f" Its last words: “{said.rstrip('.')}”." if said else ""
    return f"“{program}” ended after {max(1, round(seconds))} s {how}.{words}{where}"


def _filled(text: str, item: Item, application: Application, config: Config) -> str:
    result = PLACEHOLDER.sub(lambda match: _needed(item, match[1], application, config), text)
    # A frame may well be negative. A name that begins with a hyphen would be an option.
    if result.startswith("-") and not text.startswith("-") and text not in ("{frame_in}", "{frame_out}"):
        raise Refused("hyphen", f"{application.name} would take “{result}” for an option.")
    return result


def _needed(item: Item, name: str, application: Application, config: Config) -> str:
    value = _value(item, name, application, config)
    if value is None:
        what = f"path for {config.system}" if name == "path" else name
        raise Refused("missing-value", f"{application.name} needs a {what}, and the ticket has none for {item.name}.")
    return value


def _value(item: Item, name: str, application: Application, config: Config) -> str | None:
    value = getattr(item, name)
    if value is None:
        return None
    if name == "path":
        return permitted(value, config.roots, application.extensions, FLAVOURS[config.system])
    if name == "media_url" and origin_of(value) not in config.allowed_origins:
        raise Refused("foreign-media", f"The media of {item.name} are at an address that is not allowed on this workstation.")
    return f"{value:.10g}" if isinstance(value, float) else str(value)
