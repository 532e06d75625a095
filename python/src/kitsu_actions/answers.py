"""What the person answered to an `Ask`, and whether it fits the questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Optional

from .field import CHOICES, Field, InputValue
from .part import InvalidReply
from .reply import Ask
from .texts import localize

_OFF = ("", "0", "false", "off")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)")


class Input(Mapping[str, InputValue]):
    """The answers by the names of their fields, as they were sent: a number may be text, a toggle "on".

    `text`, `number`, `is_on` and `several` read an answer as what it means.
    """

    def __init__(self, values: Mapping[str, InputValue]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> InputValue:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Input({self._values!r})"

    def text(self, name: str) -> str:
        """The text without the spaces around it, "" if there is none."""
        value = self._values.get(name, "")
        # A form has an empty hidden value before a checkbox: the last one counts.
        single = (value[-1] if value else "") if isinstance(value, (list, tuple)) else value
        return str(single).strip()

    def number(self, name: str) -> Optional[float]:
        """The number, None if it is empty. Raises ValueError if it is not a number."""
        value = self._values.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        text = self.text(name)
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise ValueError(f'{name} must be a number, not "{text[:40]}"')
        return float(text.replace(",", "."))

    def is_on(self, name: str) -> bool:
        """Whether a toggle is on."""
        return self.text(name).lower() not in _OFF

    def several(self, name: str) -> list[str]:
        """The list of what was chosen."""
        value = self._values.get(name, "")
        values = value if isinstance(value, (list, tuple)) else [value]
        return [str(one) for one in values if one != ""]


def read_input(value: Any) -> Optional[Input]:
    """None if nothing was answered yet."""
    if not isinstance(value, dict):
        return None
    return Input({name: one for name, one in value.items() if isinstance(one, (str, int, float, list))})


def ask_again(form: Ask, answers: Input, errors: Mapping[str, str], problem: Optional[str] = None) -> Ask:
    """The same questions with these answers, and what is wrong with them by the names of their fields."""
    unknown = set(errors) - {field.name for field in form.fields}
    if unknown:
        raise InvalidReply(f'"{form.title}" has no field "{min(unknown)}": the errors are by the names of its fields')
    fields = [replace(field, value=_read_value(field, answers), error=errors.get(field.name)) for field in form.fields]
    return replace(form, fields=fields, problem=problem)


def _read_value(field: Field, answers: Input) -> Optional[InputValue]:
    # What you hide in the form is yours, unless it is an answer to an earlier one.
    if field.name not in answers or (field.type == "hidden" and field.value is not None):
        return field.value
    if field.type == "hidden":
        return answers[field.name]
    if field.type == "several-of":
        return answers.several(field.name)
    return answers.is_on(field.name) if field.type == "toggle" else answers.text(field.name)


def find_errors(form: Ask, answers: Input, language: str) -> dict[str, str]:
    """What is wrong with the answers, by the names of their fields."""
    errors = ((field.name, _find_error(field, answers, language)) for field in form.fields)
    return {name: error for name, error in errors if error is not None}


def _find_error(field: Field, answers: Input, language: str) -> Optional[str]:
    if field.type == "toggle" or field.type == "hidden":
        return None
    chosen = answers.several(field.name) if field.type == "several-of" else [answers.text(field.name)]
    if not any(chosen):
        return localize(language, "no-choice" if field.type in CHOICES else "empty") if field.required else None
    if field.type in CHOICES:
        values = {option.value for option in field.options}
        return None if set(chosen) <= values else localize(language, "unknown-choice")
    if field.type == "number":
        return _find_number_error(field, answers, language)
    return (_find_date_error if field.type == "date" else _find_text_error)(field, answers.text(field.name), language)


def _find_number_error(field: Field, answers: Input, language: str) -> Optional[str]:
    try:
        number = answers.number(field.name)
    except ValueError:
        return localize(language, "not-number")
    if number is not None and field.min is not None and number < float(field.min):
        return localize(language, "at-least", requirement=field.min)
    if number is not None and field.max is not None and number > float(field.max):
        return localize(language, "at-most", requirement=field.max)
    return None


def _find_date_error(field: Field, text: str, language: str) -> Optional[str]:
    try:
        date.fromisoformat(text)
    except ValueError:
        return localize(language, "not-day")
    if field.min is not None and text < str(field.min):
        return localize(language, "at-least", requirement=field.min)
    return localize(language, "at-most", requirement=field.max) if field.max and text > str(field.max) else None


def _find_text_error(field: Field, text: str, language: str) -> Optional[str]:
    if field.max_length is not None and len(text) > field.max_length:
        return localize(language, "too-long", requirement=field.max_length)
    is_wrong = field.pattern is not None and re.fullmatch(field.pattern, text) is None
    return localize(language, "wrong-format") if is_wrong else None
