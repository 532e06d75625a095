"""Commands in the configuration: lists of arguments with placeholders for the values of a ticket."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import Union

from .paths import FLAVOURS

# An argument, or a group of arguments that is left out if the ticket lacks one of its values.
Part = Union[str, tuple[str, ...]]

PLACEHOLDER = re.compile(r"\{(\w+)\}")
ONE = ("path", "media_url", "frame_in", "frame_out", "fps", "task_id", "name")
ALL = {"{paths}": "path", "{media_urls}": "media_url"}
_MEDIA = ("media_url", "media_urls")
_READS_SCRIPTS = re.compile(r"(ba|da|z|k)?sh")
_COMMAND_OPTION = re.compile(r"-[A-Za-z]*c[A-Za-z]*")
_SHELL = re.compile(r"(ba|da|z|k|c|tc|fi)?sh|cmd|command|powershell|pwsh|wscript|cscript", re.IGNORECASE)


def find_shell_script(command: Sequence[Part]) -> str | None:
    """`/opt/film/libreflow.sh` of `bash /opt/film/libreflow.sh ...`; None for other commands."""
    if len(command) < 2 or not all(isinstance(part, str) for part in command):
        return None
    program, script = str(command[0]), str(command[1])
    if _READS_SCRIPTS.fullmatch(posixpath.basename(program)) is None or not script.startswith("/"):
        return None
    return None if any(_COMMAND_OPTION.fullmatch(str(part)) for part in command) else script


def find_program_problem(command: Sequence[Part], system: str, shell: bool = False) -> str | None:
    """Why the program of a command can't be used, as a relative clause.

    `shell`: it may be a shell with a script.
    """
    flavour = FLAVOURS[system]
    program = str(command[0])
    if _SHELL.fullmatch(flavour.splitext(flavour.basename(program))[0]):
        if not shell or system == "windows":
            return "is a shell, which could run parts of a file name as commands"
        if find_shell_script(command) is None:
            return (
                "is a shell. Only Kabaret may use one, if the next argument is the full path of a script "
                "and no argument is an option like “-c”"
            )
    if PLACEHOLDER.search(program):
        return "must not be a placeholder"
    if system == "windows":
        # cmd.exe runs .bat and .cmd files, and parses their arguments in a way that no quoting
        # makes safe. A bare name would also be searched in the current folder.
        if not flavour.isabs(program) or not program.lower().endswith(".exe"):
            return "must be the full path of an .exe on Windows"
    elif program.startswith("-") or ("/" in program and not program.startswith("/")):
        return "must be a program name or a full path"
    return None


def find_argument_problems(parts: Sequence[Part], many: bool, media: bool) -> list[str]:
    """Describes what is wrong with the arguments of an application."""
    problems = []
    for part in parts:
        for name in PLACEHOLDER.findall(part if isinstance(part, str) else " ".join(part)):
            written = f"{{{name}}}"
            if name not in ONE and written not in ALL:
                problems.append(
                    f"“{written}” is not a placeholder; known are {', '.join([*ONE, *(all[1:-1] for all in ALL)])}"
                )
            elif written in ALL and part != written:
                problems.append(f"“{written}” must be an argument of its own, because it becomes several")
            elif name in ONE and many:
                problems.append(f"“{written}” is for a single item, but “many” is true; use {' or '.join(ALL)}")
            elif name in _MEDIA and not media:
                problems.append(f"“{written}” needs “media”: true")
    return problems
