"""Commands as the configuration writes them: lists of arguments, with placeholders for what a ticket names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import Union

from .paths import FLAVOURS

# A part is an argument, or a group of them that is left out where the ticket lacks one of its values.
Part = Union[str, tuple[str, ...]]

PLACEHOLDER = re.compile(r"\{(\w+)\}")
ONE = ("path", "media_url", "frame_in", "frame_out", "fps", "task_id", "name")
ALL = {"{paths}": "path", "{media_urls}": "media_url"}
_MEDIA = ("media_url", "media_urls")
_READS_SCRIPTS = re.compile(r"(ba|da|z|k)?sh")
_COMMAND_OPTION = re.compile(r"-[A-Za-z]*c[A-Za-z]*")
_SHELL = re.compile(r"(ba|da|z|k|c|tc|fi)?sh|cmd|command|powershell|pwsh|wscript|cscript", re.IGNORECASE)


def script_of_shell(command: Sequence[Part]) -> str | None:
    """`/opt/film/libreflow.sh` of `bash /opt/film/libreflow.sh ...`; None if there is no shell, or none that only reads a script."""
    if len(command) < 2 or not all(isinstance(part, str) for part in command):
        return None
    program, script = str(command[0]), str(command[1])
    if _READS_SCRIPTS.fullmatch(posixpath.basename(program)) is None or not script.startswith("/"):
        return None
    return None if any(_COMMAND_OPTION.fullmatch(str(part)) for part in command) else script


def wrong_with_program(command: Sequence[Part], system: str, shell: bool = False) -> str | None:
    """Why the first word of a command can't be used, to follow it in a sentence. `shell`: one may read a script of the studio's."""
    flavour = FLAVOURS[system]
    program = str(command[0])
    if _SHELL.fullmatch(flavour.splitext(flavour.basename(program))[0]):
        if not shell or system == "windows":
            return "is a shell, and would take a file's name for commands"
        if script_of_shell(command) is None:
            return (
                "is a shell: that is allowed for Kabaret alone, if the next word is the full path of a script "
                "and no word is an option like “-c”"
            )
    if PLACEHOLDER.search(program):
        return "is chosen by the ticket"
    if system == "windows":
        # A .bat or .cmd is run by cmd.exe, which splits its arguments again by rules that no quoting is safe from. A bare name
        # would be looked for in the current folder, too.
        if not flavour.isabs(program) or not program.lower().endswith(".exe"):
            return "must be the full path of an .exe on Windows"
    elif program.startswith("-") or ("/" in program and not program.startswith("/")):
        return "must be a name or a full path"
    return None


def wrong_with_arguments(parts: Sequence[Part], many: bool, media: bool) -> list[str]:
    """What is wrong with the arguments of an application, in sentences."""
    problems = []
    for part in parts:
        for name in PLACEHOLDER.findall(part if isinstance(part, str) else " ".join(part)):
            written = f"{{{name}}}"
            if name not in ONE and written not in ALL:
                problems.append(f"“{written}” is not a placeholder; there are {', '.join([*ONE, *(all[1:-1] for all in ALL)])}")
            elif written in ALL and part != written:
                problems.append(f"“{written}” must stand alone, for it becomes several arguments")
            elif name in ONE and many:
                problems.append(f"“{written}” speaks of one item, but “many” is true: use {' or '.join(ALL)}")
            elif name in _MEDIA and not media:
                problems.append(f"“{written}” needs “media”: true")
    return problems
