"""The configuration: what links may do on this workstation. Everything else is refused."""

from __future__ import annotations

import getpass
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .config_section import ConfigSection
from .errors import ConfigError
from .kabaret_config import Kabaret, read_kabaret
from .origin import parse_origin
from .paths import FLAVOURS, split_path
from .program import START_KEYS, StartSettings, read_commands, read_start_settings
from .template import find_argument_problems

_KEYS = (
    "schemes",
    "verbs",
    "origins",
    "trusted_origins",
    "confirm_origins",
    "person",
    "roots",
    "applications",
    "kabaret",
)
_WATCH_SECONDS = 3
_RESERVED_SCHEMES = (
    "http",
    "https",
    "file",
    "ftp",
    "mailto",
    "javascript",
    "data",
    "blob",
    "about",
    "vbscript",
    "ws",
    "wss",
)


@dataclass(frozen=True)
class Application:
    """`start.command` is empty if the application is not for this system."""

    name: str
    start: StartSettings
    extensions: frozenset[str]
    many: bool
    max_items: int
    media: bool


@dataclass(frozen=True)
class Config:
    file: Path
    system: str
    schemes: tuple[str, ...]
    verbs: tuple[str, ...]
    origins: tuple[str, ...]
    trusted_origins: tuple[str, ...]
    confirm_origins: bool
    person: str | None
    roots: tuple[str, ...]
    applications: dict[str, Application]
    kabaret: Kabaret | None

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        return (*self.origins, *self.trusted_origins)


def is_scheme(text: str) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9+.-]*", text) is not None and text not in _RESERVED_SCHEMES


def read_config(file: Path, system: str) -> Config:
    try:
        # Editors on Windows may begin a file with a byte order mark.
        value = json.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise ConfigError("no-config", f"The configuration {file} can't be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError("bad-config", f"The configuration {file} is not JSON: {error}.") from None
    problems: list[str] = []
    config = _config(ConfigSection(value, "", _KEYS, problems), file, system)
    if problems:
        raise ConfigError("bad-config", "\n".join([f"The configuration {file} is wrong:", *problems]))
    return config


def _config(section: ConfigSection, file: Path, system: str) -> Config:
    schemes = section.texts("schemes", ["studio"])
    for scheme in schemes:
        if not is_scheme(scheme):
            section.wrong("schemes", f"has “{scheme}”, which can't be used as a scheme")
    if "kabaret" in schemes and "kabaret" not in section.table:
        section.wrong("schemes", "has “kabaret”, but the section “kabaret” is missing")
    applications = section.table_of("applications")
    return Config(
        file=file,
        system=system,
        schemes=schemes,
        verbs=section.texts("verbs", ["open"]),
        origins=_origins(section, "origins"),
        trusted_origins=_origins(section, "trusted_origins"),
        confirm_origins=section.flag("confirm_origins", True),
        person=_person(section),
        roots=_roots(section, system),
        applications={name: _application(applications[name], name, section, system) for name in applications},
        kabaret=read_kabaret(section.table["kabaret"], section.problems, system)
        if "kabaret" in section.table
        else None,
    )


def _origins(section: ConfigSection, key: str) -> tuple[str, ...]:
    origins = section.texts(key)
    for origin in origins:
        if parse_origin(origin) != origin:
            section.wrong(key, f"has “{origin}”; write it as https://actions.studio.example, without a path")
    return origins


def _person(section: ConfigSection) -> str | None:
    text = section.text("person")
    if text is None:
        return None
    person = text.replace("{login}", getpass.getuser()) if "{login}" in text else text
    if re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", person) is None:
        section.wrong("person", f"is “{person}”, which is not an email address")
    return person


def _roots(section: ConfigSection, system: str) -> tuple[str, ...]:
    table = section.by_system("roots")
    roots = ConfigSection(table, "roots", list(FLAVOURS), section.problems)
    for other in table:
        for root in roots.texts(other):
            try:
                if split_path(root, FLAVOURS[other]) == ("",):
                    roots.wrong(other, "has “/”, which would allow all files")
            except ValueError as wrong:
                roots.wrong(other, f"has “{root}”, which {wrong}")
    return roots.texts(system)


def _application(value: Any, name: str, parent: ConfigSection, system: str) -> Application:
    keys = (*START_KEYS, "extensions", "many", "max_items", "media")
    section = ConfigSection(value, f"applications.{name}", keys, parent.problems)
    extensions = section.texts("extensions")
    for extension in extensions:
        if re.fullmatch(r"\.[^./\\]+", extension) is None:
            section.wrong("extensions", f"has “{extension}”; write it as .mov")
    many, media = section.flag("many", False), section.flag("media", False)
    found = read_commands(section, system)
    for problem in {
        problem: None for command in found.values() for problem in find_argument_problems(command[1:], many, media)
    }:
        section.wrong("command", f"is wrong: {problem}")
    return Application(
        name=name,
        start=read_start_settings(section, system, _WATCH_SECONDS, found),
        extensions=frozenset(extension.lower() for extension in extensions),
        many=many,
        max_items=section.number("max_items", 100),
        media=media,
    )
