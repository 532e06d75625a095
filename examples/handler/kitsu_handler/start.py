"""How a program is started, as the configuration says it: command, environment, folder, and how long its end is watched for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .paths import FLAVOURS
from .section import Section
from .template import Part, script_of_shell, wrong_with_program

START_KEYS = ("command", "env", "cwd", "watch")


@dataclass(frozen=True)
class Start:
    """`command` is empty where it is not for this system. `watch` is in seconds."""

    command: tuple[Part, ...]
    env: dict[str, str]
    cwd: str | None
    watch: float

    @property
    def script(self) -> str | None:
        """What a shell is to read: `/opt/film/libreflow.sh` of `bash /opt/film/libreflow.sh`."""
        return script_of_shell(self.command)


def read_start(section: Section, system: str, watch: float, found: dict[str, tuple[Part, ...]]) -> Start:
    """`found` are the commands by system."""
    command = found.get(system, ())
    return Start(command=command, env=_env(section), cwd=_cwd(section, system, command), watch=section.seconds("watch", watch))


def commands(section: Section, system: str, shell: bool = False) -> dict[str, tuple[Part, ...]]:
    """By system. A list alone is for the system it is read on. `shell`: one may read a script of the studio's."""
    value = section.table.get("command")
    by_system = section.by_system("command") if isinstance(value, dict) else {system: value}
    found = {other: section.command("command", command) for other, command in by_system.items()}
    for other, command in found.items():
        wrong = wrong_with_program(command, other, shell) if command else None
        if wrong is not None:
            section.wrong("command", f"begins with “{command[0]}”, which {wrong}")
    return found


def _env(section: Section) -> dict[str, str]:
    table = section.table_of("env")
    for name, value in table.items():
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) is None:
            section.wrong("env", f"has “{name}”, which is no name of a variable")
        if not isinstance(value, str) or "\0" in value:
            section.wrong("env", f"has “{name}”, whose value must be a text")
    return {name: value for name, value in table.items() if isinstance(value, str)}


def _cwd(section: Section, system: str, command: tuple[Any, ...]) -> str | None:
    """A text, or texts by system. What is only for other systems is none of this one's business."""
    value = section.table.get("cwd")
    if isinstance(value, dict):
        value = section.by_system("cwd").get(system)
    if value is None or not command:
        return None
    if not isinstance(value, str) or not FLAVOURS[system].isabs(value) or "\0" in value:
        section.wrong("cwd", "must be the full path of a folder, or such paths by system")
        return None
    return value
