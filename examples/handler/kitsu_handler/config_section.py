"""One object of the configuration. It collects problems, so that `check` can list all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .locations import SYSTEMS
from .template import Part


class ConfigSection:
    def __init__(self, value: Any, name: str, known: Sequence[str], problems: list[str]) -> None:
        self.name = name
        self.problems = problems
        self.table: dict[str, Any] = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            self.wrong("", "must be an object")
        for key in self.table:
            if key not in known:
                self.wrong(key, f"is unknown here; known are {', '.join(known)}")

    def wrong(self, key: str, sentence: str) -> None:
        self.problems.append(f"{'.'.join(filter(None, (self.name, key)))} {sentence}.")

    def flag(self, key: str, default: bool) -> bool:
        value = self.table.get(key, default)
        if not isinstance(value, bool):
            self.wrong(key, "must be true or false")
        return value is True

    def text(self, key: str) -> str | None:
        value = self.table.get(key)
        if value is not None and (not isinstance(value, str) or value == ""):
            self.wrong(key, "must be a string")
        return value if isinstance(value, str) else None

    def number(self, key: str, default: int) -> int:
        value = self.table.get(key, default)
        if type(value) is not int or value < 1:
            self.wrong(key, "must be an integer of at least 1")
            return default
        return value

    def seconds(self, key: str, default: float) -> float:
        value = self.table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 300:
            self.wrong(key, "must be a number of seconds from 0 to 300")
            return default
        return value

    def texts(self, key: str, default: Sequence[str] = ()) -> tuple[str, ...]:
        value = self.table.get(key, list(default))
        if not _is_string_list(value):
            self.wrong(key, "must be a list of strings")
            return ()
        return tuple(value)

    def table_of(self, key: str) -> dict[str, Any]:
        value = self.table.get(key, {})
        if not isinstance(value, dict):
            self.wrong(key, "must be an object")
            return {}
        return value

    def by_system(self, key: str) -> dict[str, Any]:
        """{"linux": ..., "windows": ..., "darwin": ...}; any of them may be missing."""
        value = self.table_of(key)
        for system in value:
            if system not in SYSTEMS:
                self.wrong(key, f"has “{system}”; known are {', '.join(SYSTEMS)}")
        return {system: value[system] for system in SYSTEMS if system in value}

    def command(self, key: str, value: Any) -> tuple[Part, ...]:
        """Strings, and lists of strings among them."""
        if not isinstance(value, list) or not value or not isinstance(value[0], str):
            self.wrong(key, "must be a list that starts with a program")
            return ()
        if not all(_is_string_list(part) or (isinstance(part, str) and part) for part in value):
            self.wrong(key, "must be a list of strings and lists of strings")
            return ()
        return tuple(part if isinstance(part, str) else tuple(part) for part in value)


def _is_string_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) and text for text in value)
