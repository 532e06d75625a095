"""An application: the arguments it gets for what a ticket names, and its start."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence

from .config import Application, Config
from .origin import origin_of
from .paths import FLAVOURS, permitted
from .refusal import NotStarted, Refused
from .template import ALL, PLACEHOLDER
from .ticket import Item

_MOMENT = 1.0


def command_for(application: Application, items: Sequence[Item], config: Config) -> list[str]:
    """The command for these items. What the configuration does not allow is refused before anything is started."""
    most = application.max_items if application.many else 1
    if len(items) > most:
        raise Refused("too-many", f"{application.name} opens {most} at a time, and {len(items)} were selected. Select fewer.")
    command: list[str] = []
    for part in application.command:
        if not isinstance(part, str):
            names = PLACEHOLDER.findall(" ".join(part))
            if all(_value(items[0], name, application, config) is not None for name in names):
                command += [_filled(text, items[0], application, config) for text in part]
        elif part in ALL:
            command += [_needed(item, ALL[part], application, config) for item in items]
        else:
            command.append(_filled(part, items[0], application, config))
    return command


def start(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Starts a process of its own, which outlives the handler and the browser, and looks for a moment whether it stays."""
    program = shutil.which(command[0])
    if program is None:
        raise NotStarted("not-found", f"“{command[0]}” is not installed on this workstation, or not where the configuration says.")
    try:
        process = subprocess.Popen(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            close_fds=True,
            start_new_session=os.name != "nt",
            creationflags=subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP if os.name == "nt" else 0,
            env={**os.environ, **variables},
        )
    except OSError as error:
        raise NotStarted("not-startable", f"“{program}” could not be started: {error.strerror}.") from None
    try:
        status = process.wait(timeout=_MOMENT)
    except subprocess.TimeoutExpired:
        return process.pid
    if status != 0:
        raise NotStarted("ended-at-once", f"“{program}” ended at once, with status {status}. Start it in a terminal to see why.")
    return process.pid


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
