"""The outcome of a link, for the log and the worker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """`state` is "started", "failed" or "unknown"; `text` is for the artist."""

    state: str
    text: str
