"""Builds the command of an application from a ticket, and starts it."""

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
from .errors import NotStartedError, RefusedError
from .locations import log
from .origin import parse_origin
from .output import create_output_file, read_last_line
from .paths import FLAVOURS, resolve_allowed
from .program import StartSettings
from .template import ALL, PLACEHOLDER
from .ticket import Item


def build_command(application: Application, items: Sequence[Item], config: Config) -> list[str]:
    """Returns the command for these items.

    Raises if the configuration does not allow one of them.
    """
    most = application.max_items if application.many else 1
    if len(items) > most:
        raise RefusedError(
            "too-many", f"{application.name} can open {most} at a time, but {len(items)} are selected. Select fewer."
        )
    command: list[str] = []
    for part in application.start.command:
        if not isinstance(part, str):
            names = PLACEHOLDER.findall(" ".join(part))
            if all(_value(items[0], name, application, config) is not None for name in names):
                command += [_fill_in(text, items[0], application, config) for text in part]
        elif part in ALL:
            command += [_require_value(item, ALL[part], application, config) for item in items]
        else:
            command.append(_fill_in(part, items[0], application, config))
    return command


@dataclass(frozen=True)
class Started:
    """`ended`: with status 0 while it was watched, like a program that hands over to another one."""

    process: int
    ended: bool


def start(command: Sequence[str], settings: StartSettings, variables: Mapping[str, str]) -> Started:
    """Starts a process that outlives the handler and the browser, and watches it for a while."""
    environment = {**os.environ, **settings.env, **variables}
    program = shutil.which(command[0], path=environment.get("PATH"))
    if program is None:
        raise NotStartedError(
            "not-found",
            f"“{command[0]}” was not found on this workstation. It is not installed, or the configuration has "
            "the wrong path.",
        )
    if settings.cwd is not None and not os.path.isdir(settings.cwd):
        raise NotStartedError(
            "no-folder", f"“{command[0]}” can't be started: the folder {settings.cwd} does not exist."
        )
    if settings.script is not None and not os.path.isfile(settings.script):
        raise NotStartedError(
            "no-script", f"“{command[0]}” can't be started: the script {settings.script} does not exist."
        )
    output = create_output_file(program)
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
                creationflags=subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
                if os.name == "nt"
                else 0,
                env=environment,
                cwd=settings.cwd,
            )
    except OSError as error:
        hint = (
            " Its first line must name its interpreter, for example “#!/bin/sh”."
            if error.errno == errno.ENOEXEC
            else ""
        )
        raise NotStartedError("not-startable", f"“{program}” could not be started: {error.strerror}.{hint}") from None
    log.info("process %d: %s%s", process.pid, program, f", output in {output}" if output else "")
    try:
        status = process.wait(timeout=settings.watch)
    except subprocess.TimeoutExpired:
        return Started(process.pid, ended=False)
    if status != 0:
        raise NotStartedError("ended-early", _describe_end(program, time.monotonic() - began, status, output))
    return Started(process.pid, ended=True)


def _describe_end(program: str, seconds: float, status: int, output: Path | None) -> str:
    reason = f"with status {status}" if status > 0 or os.name == "nt" else f"by signal {-status}"
    last = read_last_line(output) if output else ""
    where = f" Its output is in {output}." if output else " Start it in a terminal to see why."
    message = f" Its last message: “{last.rstrip('.')}”." if last else ""
    return f"“{program}” ended after {max(1, round(seconds))} s {reason}.{message}{where}"


def _fill_in(text: str, item: Item, application: Application, config: Config) -> str:
    result = PLACEHOLDER.sub(lambda match: _require_value(item, match[1], application, config), text)
    # Frames may be negative. Any other value with a leading hyphen would be an option.
    if result.startswith("-") and not text.startswith("-") and text not in ("{frame_in}", "{frame_out}"):
        raise RefusedError(
            "hyphen", f"{application.name} would treat “{result}” as an option, because it begins with a hyphen."
        )
    return result


def _require_value(item: Item, name: str, application: Application, config: Config) -> str:
    value = _value(item, name, application, config)
    if value is None:
        what = f"path for {config.system}" if name == "path" else name
        raise RefusedError(
            "missing-value", f"{application.name} needs a {what}, but the ticket has none for {item.name}."
        )
    return value


def _value(item: Item, name: str, application: Application, config: Config) -> str | None:
    value = getattr(item, name)
    if value is None:
        return None
    if name == "path":
        return resolve_allowed(value, config.roots, application.extensions, FLAVOURS[config.system])
    if name == "media_url" and parse_origin(value) not in config.allowed_origins:
        raise RefusedError(
            "foreign-media", f"The media of {item.name} is at an address that is not allowed on this workstation."
        )
    return f"{value:.10g}" if isinstance(value, float) else str(value)
