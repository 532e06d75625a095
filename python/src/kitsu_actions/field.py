"""The questions of an `Ask`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Optional, Union

from .part import Part, count_chars

#: The answer to one question. A number may arrive as text.
InputValue = Union[str, float, bool, Sequence[str]]

FieldType = Literal[
    "text", "long-text", "number", "toggle", "one-of", "several-of", "date", "person", "task-status", "hidden"
]

#: Types whose answers are among their options.
CHOICES = ("one-of", "several-of", "person", "task-status")
_BOUNDED = ("number", "date")
_TEXTS = ("text", "long-text")

_VALUE_MAX_CHARS = 20_000
_VALUES_MAX = 5_000
_VALUES_MAX_CHARS = 300_000


@dataclass(frozen=True)
class Option(Part):
    """One of the answers to choose from. `color` is a CSS color, for example of a task status."""

    value: str
    label: str
    color: Optional[str] = None


@dataclass(frozen=True)
class Field(Part):
    """One question.

    - `options`: for "one-of", "several-of", "person" and "task-status"
    - `min`, `max`: for a number, and for a date ("2026-11-23"); `step`: for a number
    - `max_length`, `pattern` (a regular expression for the whole text): for texts
    - `value`: what is proposed; a bool for "toggle", a list for "several-of"
    - `error`: what is wrong with `value`
    - `remember`: False if `value` was made for this call, so that the person's last answer must not replace it

    A "hidden" field brings data back to you. It comes from the browser, so it is no proof of anything.
    """

    name: str
    label: str
    type: FieldType = "text"
    help: Optional[str] = None
    placeholder: Optional[str] = None
    required: Optional[bool] = None
    value: Optional[InputValue] = None
    options: Sequence[Option] = ()
    min: Optional[Union[str, float]] = None
    max: Optional[Union[str, float]] = None
    step: Optional[float] = None
    max_length: Optional[int] = field(default=None, metadata={"wire": "maxLength"})
    pattern: Optional[str] = None
    error: Optional[str] = None
    remember: Optional[bool] = None

    def find_problem(self) -> Optional[str]:
        if not self.name:
            return ".name must not be empty"
        has_options, is_bounded = bool(self.options), self.min is not None or self.max is not None
        for used, name, types in (
            (has_options, "options", CHOICES),
            (is_bounded, "min and max", _BOUNDED),
            (self.step is not None, "step", ("number",)),
            (self.max_length is not None or self.pattern is not None, "max_length and pattern", _TEXTS),
        ):
            if used and self.type not in types:
                allowed = ", ".join(f'"{one}"' for one in types)
                return f' "{self.name}" is of the type "{self.type}": {name} are only for {allowed}'
        if self.type in CHOICES and not has_options:
            return f' "{self.name}" is of the type "{self.type}" and needs options'
        return self._find_value_problem() or self._find_size_problem() or self._find_pattern_problem()

    def _find_value_problem(self) -> Optional[str]:
        if self.value is None or self.error is not None:
            return None
        if self.type == "toggle" and not isinstance(self.value, (bool, str)):
            return f' "{self.name}" is a toggle: its value must be True or False'
        if (self.type == "several-of") != isinstance(self.value, (list, tuple)) and self.type != "hidden":
            several = "must be a list" if self.type == "several-of" else "must not be a list"
            return f' "{self.name}" is of the type "{self.type}": its value {several}'
        return None

    def _find_size_problem(self) -> Optional[str]:
        is_list = isinstance(self.value, (list, tuple))
        values = list(self.value) if isinstance(self.value, (list, tuple)) else [self.value]
        if len(values) > _VALUES_MAX:
            return f' "{self.name}" has {len(values)} values and may have {_VALUES_MAX}: no more come back'
        size, most = sum(count_chars(str(one)) for one in values), _VALUES_MAX_CHARS if is_list else _VALUE_MAX_CHARS
        if size > most:
            return f' "{self.name}" has a value of {size} characters and may have {most}: no more come back'
        return None

    def _find_pattern_problem(self) -> Optional[str]:
        try:
            re.compile(self.pattern or "")
        except re.error as error:
            return f' "{self.name}" has a pattern that is no regular expression: {error}'
        return None
