"""The output of `check`: what the configuration allows, and what is missing on this workstation."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from .config import Config
from .kabaret_config import Flow
from .program import StartSettings
from .template import Part


def check(config: Config) -> list[str]:
    """Prints what the configuration allows. Returns a sentence for each thing that is missing."""
    missing: list[str] = []
    print(f"{config.file} is valid. On this workstation:")
    if os.name == "posix" and config.file.stat().st_mode & 0o002:
        print("  WARNING: every account can write this file, and so choose which programs are started")
    print(f"  links      {', '.join(f'{scheme}:' for scheme in config.schemes)} with {', '.join(config.verbs)}")
    print(f"  person     {config.person or 'anybody'}")
    confirmed = "confirmed by the person once" if config.confirm_origins else "trusted"
    for origin in config.allowed_origins:
        print(f"  worker     {origin}, {'trusted' if origin in config.trusted_origins else confirmed}")
    for root in config.roots:
        there = Path(root).is_dir()
        print(f"  files in   {root}{'' if there else ', MISSING'}")
        missing += [] if there else [f"The folder {root} in “roots” does not exist."]
    for each in config.applications.values():
        most = f"up to {each.max_items}" if each.many else "one"
        kinds = [*sorted(each.extensions), *(["media"] if each.media else [])]
        limits = f"{most} at a time, {' '.join(kinds) or 'no file type'}"
        print(f"  {each.name}: {_format_command(each.start)}; {limits}{_format_details(each.start)}")
        missing += _missing(each.name, each.start)
    if config.kabaret is not None:
        for name, flow in {"Kabaret": config.kabaret.general, **_name_projects(config.kabaret.projects)}.items():
            cluster = f"; cluster {flow.cluster}" if flow.command else ""
            print(f"  {name}: {_format_command(flow)}{cluster}{_format_details(flow)}")
            missing += _missing(name, flow)
        print(f"  Kabaret may run {', '.join(config.kabaret.run) or 'no action'}")
        print(f"  Running Kabaret sessions are {'used first' if config.kabaret.sessions else 'not used'}")
    return missing


def _name_projects(projects: dict[str, Flow]) -> dict[str, Flow]:
    return {f"Kabaret, {project}": flow for project, flow in projects.items()}


def _format_command(start: StartSettings) -> str:
    if not start.command:
        return "not for this system"
    return _join(start.command) + ("" if _program(start) else ", NOT FOUND")


def _join(command: Sequence[Part]) -> str:
    return " ".join(part if isinstance(part, str) else f"[{' '.join(part)}]" for part in command)


def _format_details(start: StartSettings) -> str:
    """Only the names of variables: a value may be a password."""
    return (f"; in {start.cwd}" if start.cwd else "") + (f"; with {', '.join(start.env)}" if start.env else "")


def _program(start: StartSettings) -> str | None:
    return shutil.which(str(start.command[0]), path=start.env.get("PATH"))


def _missing(name: str, start: StartSettings) -> list[str]:
    sentences = []
    if start.command and _program(start) is None:
        sentences.append(f"{name}: the program {start.command[0]} was not found.")
    if start.cwd is not None and not Path(start.cwd).is_dir():
        sentences.append(f"{name}: the folder {start.cwd} does not exist.")
    if start.script is not None and not Path(start.script).is_file():
        sentences.append(f"{name}: the script {start.script} does not exist.")
    return sentences
