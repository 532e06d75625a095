"""The parts of a reply. Their types are checked when they are built, where the mistake is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Callable, ClassVar, Literal, Optional, Union, get_args, get_origin, get_type_hints

#: Returns what is wrong with a value: "must be a text, not None". None if nothing is.
Check = Callable[[Any], Optional[str]]


class InvalidReply(ValueError):
    """A reply, or a part of one, that the action server can't show. The message says what to change."""


class Part:
    """A dataclass that is part of a reply.

    A member of the wire has the name of its field, or that in the field's metadata: `{"wire": "maxLength"}`.
    """

    #: The member `kind` of a reply or an effect.
    wire_kind: ClassVar[Optional[str]] = None

    def __post_init__(self) -> None:
        for name, check in _checks_of(type(self)):
            problem = check(getattr(self, name))
            if problem is not None:
                raise InvalidReply(f"{type(self).__name__}.{name} {problem}.")
        problem = self.find_problem()
        if problem is not None:
            raise InvalidReply(f"{type(self).__name__}{problem}.")

    def find_problem(self) -> Optional[str]:
        """What types can't say, to follow the name of the class: ".rows[2] has 3 cells, and 2 columns"."""
        return None

    def to_wire(self) -> dict[str, Any]:
        """The part as JSON. Absent members are left out."""
        wire: dict[str, Any] = {} if self.wire_kind is None else {"kind": self.wire_kind}
        for field in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, field.name)
            if value is not None and value != ():
                wire[field.metadata.get("wire", field.name)] = _to_wire(value)
        return wire


def _to_wire(value: Any) -> Any:
    if isinstance(value, Part):
        return value.to_wire()
    return [_to_wire(entry) for entry in value] if isinstance(value, (list, tuple)) else value


_checks: dict[type[Part], list[tuple[str, Check]]] = {}


def _checks_of(part: type[Part]) -> list[tuple[str, Check]]:
    if part not in _checks:
        hints = get_type_hints(part)
        names = [field.name for field in fields(part)]  # type: ignore[arg-type]
        _checks[part] = [(name, _make_check(hints[name])) for name in names]
    return _checks[part]


def _make_check(hint: Any) -> Check:
    if hint is Any:
        return lambda value: None
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return _check_choice(arguments)
    if origin is Union:
        return _check_union(arguments)
    if origin is Sequence:
        return _check_list(_make_check(arguments[0]), describe_type(hint))
    return _check_type(hint)


def _check_choice(choices: tuple[Any, ...]) -> Check:
    allowed = ", ".join(f'"{choice}"' for choice in choices)

    def check(value: Any) -> Optional[str]:
        return None if isinstance(value, str) and value in choices else f"must be one of {allowed}, not {show(value)}"

    return check


def _check_union(members: tuple[Any, ...]) -> Check:
    checks = [_make_check(member) for member in members]
    expected = " or ".join(describe_type(member) for member in members if member is not type(None))

    def check(value: Any) -> Optional[str]:
        problems = [problem(value) for problem in checks]
        if None in problems:
            return None
        # Of `Optional[X]`, the problem with X says more.
        return problems[0] if len(members) == 2 and type(None) in members else f"must be {expected}, not {show(value)}"

    return check


def _check_list(check_entry: Check, expected: str) -> Check:
    def check(value: Any) -> Optional[str]:
        if not isinstance(value, (list, tuple)):
            return f"must be {expected}, not {show(value)}"
        for index, entry in enumerate(value):
            problem = check_entry(entry)
            if problem is not None:
                return f"must be {expected}: the entry at {index} {problem}"
        return None

    return check


def _check_type(expected: Any) -> Check:
    name = describe_type(expected)

    def check(value: Any) -> Optional[str]:
        if expected is float:
            # True is an int in Python, and JSON has no NaN.
            is_right = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        elif expected is int:
            is_right = isinstance(value, int) and not isinstance(value, bool)
        else:
            is_right = isinstance(value, expected)
        return None if is_right else f"must be {name}, not {show(value)}"

    return check


_NAMES = {str: "a text", float: "a number", int: "a whole number", bool: "True or False", type(None): "None"}


def describe_type(hint: Any) -> str:
    if get_origin(hint) is Sequence:
        return f"a list of {describe_type(get_args(hint)[0])}"
    if get_origin(hint) is Union:
        return " or ".join(describe_type(member) for member in get_args(hint))
    return _NAMES.get(hint) or str(getattr(hint, "__name__", hint))


def count_chars(text: str) -> int:
    """How many characters JavaScript counts: an emoji is two."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def show(value: Any) -> str:
    """A value in a message: short texts and numbers as they are, everything else by its type."""
    if value is None or isinstance(value, (bool, int, float)):
        return str(value)
    if isinstance(value, str) and len(value) <= 40:
        return f'"{value}"'
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"
