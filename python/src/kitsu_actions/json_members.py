"""Reads members of foreign JSON. What is absent or of another type is None or empty."""

from __future__ import annotations

import json
from typing import Any, Optional


def parse_object(text: str) -> Optional[dict[str, Any]]:
    """None if the text is not a JSON object."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def read_text(members: dict[str, Any], name: str) -> Optional[str]:
    value = members.get(name)
    return value if isinstance(value, str) else None


def read_object(members: dict[str, Any], name: str) -> dict[str, Any]:
    value = members.get(name)
    return value if isinstance(value, dict) else {}


def read_list(members: dict[str, Any], name: str) -> list[Any]:
    value = members.get(name)
    return value if isinstance(value, list) else []


def read_texts(members: dict[str, Any], name: str) -> list[str]:
    return [entry for entry in read_list(members, name) if isinstance(entry, str)]


def read_text_map(members: dict[str, Any], name: str) -> dict[str, str]:
    return {key: value for key, value in read_object(members, name).items() if isinstance(value, str)}
