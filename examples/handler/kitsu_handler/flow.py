"""What the configuration says of Kabaret: the flows that are started, what an object's address looks like, and what may be run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .section import Section
from .start import START_KEYS, Start, commands, read_start
from .template import PLACEHOLDER

_KEYS = (*START_KEYS, "cluster", "projects", "oid_pattern", "give_oid_as", "sessions", "run")
_FLOW_KEYS = (*START_KEYS, "cluster")
_WATCH = 15  # a Kabaret without its Redis gives up after 10 seconds


@dataclass(frozen=True)
class Flow(Start):
    """`cluster` tells the sessions of this flow from others that run on the workstation."""

    cluster: str


@dataclass(frozen=True)
class Kabaret:
    """`general` is for the projects that `projects` does not name. `oid_pattern` is None for the rule of kabaret.py."""

    general: Flow
    projects: dict[str, Flow]
    oid_pattern: re.Pattern[str] | None
    as_argument: bool
    as_environment: bool
    sessions: bool
    run: tuple[str, ...]


def read_kabaret(value: Any, problems: list[str], system: str) -> Kabaret:
    section = Section(value, "kabaret", _KEYS, problems)
    ways = section.texts("give_oid_as", ["argument", "environment"])
    if not ways or not set(ways) <= {"argument", "environment"}:
        section.wrong("give_oid_as", "must be a list of “argument”, “environment” or both")
    run = section.texts("run")
    for name in run:
        if "/" in name:
            section.wrong("run", f"has “{name}”; write only the last part of the action's address")
    projects = section.table_of("projects")
    return Kabaret(
        general=_flow(section, system),
        projects={name: _flow(_project(projects[name], name, problems), system) for name in projects},
        oid_pattern=_pattern(section),
        as_argument="argument" in ways,
        as_environment="environment" in ways,
        sessions=section.flag("sessions", True),
        run=run,
    )


def _project(value: Any, name: str, problems: list[str]) -> Section:
    """{"command": ..., "env": ...}, or the command alone."""
    whole = isinstance(value, dict) and (not value or any(key in _FLOW_KEYS for key in value))
    section = Section(value if whole else {"command": value}, f"kabaret.projects.{name}", _FLOW_KEYS, problems)
    if "command" not in section.table:
        section.wrong("", "has no “command”")
    return section


def _flow(section: Section, system: str) -> Flow:
    if "command" not in section.table:
        return Flow((), {}, None, _WATCH, "")
    found = commands(section, system, shell=True)
    if any(not isinstance(part, str) or PLACEHOLDER.search(part) for command in found.values() for part in command):
        section.wrong("command", "must be a list of texts without placeholders")
    start = read_start(section, system, _WATCH, found)
    command = tuple(part for part in start.command if isinstance(part, str))
    cluster = section.text("cluster") or _cluster(command) or start.env.get("KABARET_REDIS_CLUSTER") or "DEFAULT_CLUSTER"
    return Flow(command, start.env, start.cwd, start.watch, cluster)


def _cluster(command: Sequence[str]) -> str | None:
    """As Kabaret reads its command line: the last one counts."""
    found = None
    for word, following in zip(command, (*command[1:], None)):
        if word in ("--cluster", "-C"):
            found = following
        elif word.startswith("--cluster="):
            found = word[len("--cluster=") :]
        elif word.startswith("-C"):
            found = word[len("-C") :]
    return found


def _pattern(section: Section) -> re.Pattern[str] | None:
    pattern = section.text("oid_pattern")
    try:
        return None if pattern is None else re.compile(pattern)
    except re.error as error:
        section.wrong("oid_pattern", f"is no regular expression: {error}")
        return None
