"""The section “kabaret” of the configuration: flows, object addresses, and allowed actions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .config_section import ConfigSection
from .program import START_KEYS, StartSettings, read_commands, read_start_settings
from .template import PLACEHOLDER

_KEYS = (*START_KEYS, "cluster", "projects", "oid_pattern", "give_oid_as", "sessions", "run")
_FLOW_KEYS = (*START_KEYS, "cluster")
_WATCH_SECONDS = 15  # a Kabaret without its Redis gives up after 10 seconds


@dataclass(frozen=True)
class Flow(StartSettings):
    """`cluster` identifies the sessions of this flow among all that run on the workstation."""

    cluster: str


@dataclass(frozen=True)
class Kabaret:
    """`general` is for all projects that are not in `projects`.

    `oid_pattern` is None for the default in kabaret.py.
    """

    general: Flow
    projects: dict[str, Flow]
    oid_pattern: re.Pattern[str] | None
    as_argument: bool
    as_environment: bool
    sessions: bool
    run: tuple[str, ...]


def read_kabaret(value: Any, problems: list[str], system: str) -> Kabaret:
    section = ConfigSection(value, "kabaret", _KEYS, problems)
    passed_as = section.texts("give_oid_as", ["argument", "environment"])
    if not passed_as or not set(passed_as) <= {"argument", "environment"}:
        section.wrong("give_oid_as", "must be a list of “argument”, “environment” or both")
    run = section.texts("run")
    for name in run:
        if "/" in name:
            section.wrong("run", f"has “{name}”; use only the last part of the action's address")
    projects = section.table_of("projects")
    return Kabaret(
        general=_flow(section, system),
        projects={name: _flow(_project(projects[name], name, problems), system) for name in projects},
        oid_pattern=_pattern(section),
        as_argument="argument" in passed_as,
        as_environment="environment" in passed_as,
        sessions=section.flag("sessions", True),
        run=run,
    )


def _project(value: Any, name: str, problems: list[str]) -> ConfigSection:
    """{"command": ..., "env": ...}, or the command alone."""
    whole = isinstance(value, dict) and (not value or any(key in _FLOW_KEYS for key in value))
    section = ConfigSection(value if whole else {"command": value}, f"kabaret.projects.{name}", _FLOW_KEYS, problems)
    if "command" not in section.table:
        section.wrong("", "has no “command”")
    return section


def _flow(section: ConfigSection, system: str) -> Flow:
    if "command" not in section.table:
        return Flow((), {}, None, _WATCH_SECONDS, "")
    found = read_commands(section, system, shell=True)
    if any(not isinstance(part, str) or PLACEHOLDER.search(part) for command in found.values() for part in command):
        section.wrong("command", "must be a list of strings without placeholders")
    start = read_start_settings(section, system, _WATCH_SECONDS, found)
    command = tuple(part for part in start.command if isinstance(part, str))
    cluster = (
        section.text("cluster") or _cluster(command) or start.env.get("KABARET_REDIS_CLUSTER") or "DEFAULT_CLUSTER"
    )
    return Flow(command, start.env, start.cwd, start.watch, cluster)


def _cluster(command: Sequence[str]) -> str | None:
    """Like Kabaret, which uses the last one of its command line."""
    found = None
    for word, following in zip(command, (*command[1:], None)):
        if word in ("--cluster", "-C"):
            found = following
        elif word.startswith("--cluster="):
            found = word[len("--cluster=") :]
        elif word.startswith("-C"):
            found = word[len("-C") :]
    return found


def _pattern(section: ConfigSection) -> re.Pattern[str] | None:
    pattern = section.text("oid_pattern")
    try:
        return None if pattern is None else re.compile(pattern)
    except re.error as error:
        section.wrong("oid_pattern", f"is not a regular expression: {error}")
        return None
