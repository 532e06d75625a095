"""What happened to each task, how far the work is, and links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Optional

from .part import Part

State = Literal["done", "skipped", "failed", "planned", "waiting", "running"]


@dataclass(frozen=True)
class Link(Part):
    """A button that opens the URL: https, or a scheme in LINK_SCHEMES of the action server."""

    label: str
    url: str

    def find_problem(self) -> Optional[str]:
        is_absolute = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", self.url)
        return None if is_absolute else f'.url must begin with "https://" or another scheme, unlike "{self.url[:60]}"'


@dataclass(frozen=True)
class Progress(Part):
    """How far something is, in units of its own. `left`: an estimate of the remaining seconds."""

    done: float
    total: float
    text: Optional[str] = None
    left: Optional[float] = None


@dataclass(frozen=True)
class Outcome(Part):
    """What happened to one task or, if "planned", what would happen.

    "failed" is what you tried, "skipped" is what you did not try. The person can retry what failed, and what was
    skipped with `retry=True`. `Task.outcome` makes one.
    """

    id: str
    label: str
    state: State
    reason: Optional[str] = None
    retry: Optional[bool] = None
    progress: Optional[Progress] = None
    link: Optional[Link] = None

    def find_problem(self) -> Optional[str]:
        if self.progress is None or (self.progress.text is None and self.progress.left is None):
            return None
        return ".progress must have only done and total: the text and the time left are those of the whole run"
