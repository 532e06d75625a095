"""What `check` says: what the configuration allows here, and what of it is missing on this workstation."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from .config import Config
from .flow import Flow
from .start import Start
from .template import Part


def check(config: Config) -> list[str]:
    """Prints, and returns what is missing, in sentences."""
    missing: list[str] = []
    print(f"{config.file} is right. On this workstation:")
    if os.name == "posix" and config.file.stat().st_mode & 0o002:
        print("  BEWARE: everybody may write this file, and so choose what is started")
    print(f"  links      {', '.join(f'{scheme}:' for scheme in config.schemes)} with {', '.join(config.verbs)}")
    print(f"  person     {config.person or 'anybody'}")
    asked = "asked about once" if config.confirm_origins else "trusted"
    for origin in config.allowed_origins:
        print(f"  worker     {origin}, {'trusted' if origin in config.trusted_origins else asked}")
    for root in config.roots:
        there = Path(root).is_dir()
        print(f"  files in   {root}{'' if there else ', NOT THERE'}")
        missing += [] if there else [f"The folder {root} of “roots” is not there."]
    for each in config.applications.values():
        most = f"up to {each.max_items}" if each.many else "one"
        kinds = [*sorted(each.extensions), *(["media"] if each.media else [])]
        print(f"  {each.name}: {_shown(each.start)}; {most} at a time, {' '.join(kinds) or 'of no kind of file'}{_more(each.start)}")
        missing += _missing(each.name, each.start)
    if config.kabaret is not None:
        for name, flow in {"Kabaret": config.kabaret.general, **_named(config.kabaret.projects)}.items():
            print(f"  {name}: {_shown(flow)}{f'; cluster {flow.cluster}' if flow.command else ''}{_more(flow)}")
            missing += _missing(name, flow)
        print(f"  Kabaret runs {', '.join(config.kabaret.run) or 'no action'}")
        print(f"  Kabaret's running sessions are {'used first' if config.kabaret.sessions else 'left alone'}")
    return missing


def _named(projects: dict[str, Flow]) -> dict[str, Flow]:
    return {f"Kabaret, {project}": flow for project, flow in projects.items()}


def _shown(start: Start) -> str:
    if not start.command:
        return "not on this system"
    return _written(start.command) + ("" if _program(start) else ", NOT INSTALLED")


def _written(command: Sequence[Part]) -> str:
    return " ".join(part if isinstance(part, str) else f"[{' '.join(part)}]" for part in command)


def _more(start: Start) -> str:
    """Of variables the names alone: a value may be a password."""
    return (f"; in {start.cwd}" if start.cwd else "") + (f"; with {', '.join(start.env)}" if start.env else "")


def _program(start: Start) -> str | None:
    return shutil.which(str(start.command[0]), path=start.env.get("PATH"))


def _missing(name: str, start: Start) -> list[str]:
    sentences = []
    if start.command and _program(start) is None:
        sentences.append(f"{name}: {start.command[0]} is not installed, or not there.")
    if start.cwd is not None and not Path(start.cwd).is_dir():
        sentences.append(f"{name}: the folder {start.cwd} is not there.")
    if start.script is not None and not Path(start.script).is_file():
        sentences.append(f"{name}: the script {start.script} is not there.")
    return sentences
