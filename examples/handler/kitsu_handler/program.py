"""The settings for starting a program: command, environment, folder, and how long to watch it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .config_section import ConfigSection
from .paths import FLAVOURS
from .template import Part, find_program_problem, find_shell_script

START_KEYS = ("command", "env", "cwd", "watch")


@dataclass(frozen=True)
class StartSettings:
    """`command` is empty if it is not for this system. `watch` is in seconds."""

    command: tuple[Part, ...]
    env: dict[str, str]
    cwd: str | None
    watch: float

    @property
    def script(self) -> str | None:
        """The script that a shell runs: `/opt/film/libreflow.sh` in `bash /opt/film/libreflow.sh`."""
        return find_shell_script(self.command)


def read_start_settings(
    section: ConfigSection, system: str, watch: float, found: dict[str, tuple[Part, ...]]
) -> StartSettings:
    """`found` has the commands by system."""
    command = found.get(system, ())
    return StartSettings(
        command=command, env=_env(section), cwd=_cwd(section, system, command), watch=section.seconds("watch", watch)
    )


def read_commands(section: ConfigSection, system: str, shell: bool = False) -> dict[str, tuple[Part, ...]]:
    """Commands by system.

    A plain list is for the current system. `shell`: the command may be a shell with a script.
    """
    value = section.table.get("command")
    by_system = section.by_system("command") if isinstance(value, dict) else {system: value}
    found = {other: section.command("command", command) for other, command in by_system.items()}
    for other, command in found.items():
        wrong = find_program_problem(command, other, shell) if command else None
        if wrong is not None:
            section.wrong("command", f"begins with “{command[0]}”, which {wrong}")
    return found


def _env(section: ConfigSection) -> dict[str, str]:
    table = section.table_of("env")
    for name, value in table.items():
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) is None:
            section.wrong("env", f"has “{name}”, which is not a valid name of a variable")
        if not isinstance(value, str) or "\0" in value:
            section.wrong("env", f"has “{name}”, whose value must be a string")
    return {name: value for name, value in table.items() if isinstance(value, str)}


def _cwd(section: ConfigSection, system: str, command: tuple[Any, ...]) -> str | None:
    """A string, or strings by system. Those of other systems are not checked."""
    value = section.table.get("cwd")
    if isinstance(value, dict):
        value = section.by_system("cwd").get(system)
    if value is None or not command:
        return None
    if not isinstance(value, str) or not FLAVOURS[system].isabs(value) or "\0" in value:
        section.wrong("cwd", "must be the full path of a folder, or such paths by system")
        return None
    return value
