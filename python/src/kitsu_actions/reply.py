"""What a function answers: `Done`, `Failed`, `Ask` or `Started`. Data, never markup: Kitsu shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Optional, Union

from .effects import Effect
from .field import Field
from .outcome import Link, Outcome, Progress
from .part import Part, count_chars
from .table import Chart, Table

UNDO_MAX_S = 7 * 86_400
_UNDO_DATA_MAX_BYTES = 16_000
_FIELDS_MAX = 200


@dataclass(frozen=True)
class UndoOffer(Part):
    """A button that undoes the run. Your function for it gets `data`, any JSON up to 16 kB."""

    data: Any = None
    label: Optional[str] = None
    seconds: int = 600

    def find_problem(self) -> Optional[str]:
        if not 1 <= self.seconds <= UNDO_MAX_S:
            return f".seconds must be from 1 to {UNDO_MAX_S} (seven days), not {self.seconds}"
        if self.label is not None and count_chars(self.label) > 80:
            return f".label has {count_chars(self.label)} characters and may have 80"
        try:
            text = json.dumps({"data": self.data}, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        except (TypeError, ValueError) as error:
            return f".data must be JSON: {error}"
        size = len(text.encode(errors="surrogatepass"))
        if size > _UNDO_DATA_MAX_BYTES:
            return f".data has {size} bytes and may have {_UNDO_DATA_MAX_BYTES}: store it yourself, and send its id"
        return None


@dataclass(frozen=True)
class Done(Part):
    """The action has finished. "warning" if not everything worked. `undo` needs a function for it."""

    wire_kind: ClassVar[Optional[str]] = "done"
    title: str
    text: Optional[str] = None
    severity: Literal["success", "info", "warning"] = "success"
    outcomes: Sequence[Outcome] = ()
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    links: Sequence[Link] = ()
    effects: Sequence[Effect] = ()
    undo: Optional[UndoOffer] = None


@dataclass(frozen=True)
class Ask(Part):
    """Questions before the action runs. Without fields it only asks for confirmation. `Call.ask` reads the answers.

    - `submit`: the button's text
    - `dangerous`: the action can't be undone
    - `problem`: what is wrong with the answers as a whole
    - `outcomes`: what would happen to each task: `planned`, or `skipped` and why
    - `plan`: identifies what the person confirms, in 200 characters at most; `Call.ask` asks again if it has changed
    """

    wire_kind: ClassVar[Optional[str]] = "ask"
    title: str
    text: Optional[str] = None
    fields: Sequence[Field] = ()
    submit: Optional[str] = None
    dangerous: Optional[bool] = None
    problem: Optional[str] = None
    outcomes: Sequence[Outcome] = ()
    links: Sequence[Link] = ()
    plan: Optional[str] = None

    def find_problem(self) -> Optional[str]:
        names = [field.name for field in self.fields]
        for name in names:
            if names.count(name) > 1:
                return f'.fields has two fields named "{name}": give each its own name'
        if len(self.fields) > _FIELDS_MAX:
            return f".fields has {len(self.fields)} fields and may have {_FIELDS_MAX}: no more answers come back"
        if self.plan is not None and not 0 < count_chars(self.plan) <= 200:
            return f".plan has {count_chars(self.plan)} characters and must have 1 to 200: send a digest of it"
        return None


@dataclass(frozen=True)
class Started(Part):
    """The action continues after this reply. `Call.start` makes it, and reports the rest.

    - `controls`: the buttons of the run; "pause" includes resuming. None: the functions that the action has
    - `paused`: whether the run is paused
    """

    wire_kind: ClassVar[Optional[str]] = "started"
    title: str
    text: Optional[str] = None
    progress: Optional[Progress] = None
    outcomes: Sequence[Outcome] = ()
    links: Sequence[Link] = ()
    controls: Optional[Sequence[Literal["cancel", "pause"]]] = None
    paused: Optional[bool] = None


@dataclass(eq=False)
class Failed(Part, Exception):
    """Nothing was done, or not everything. Raise it, or return it.

    - `code`: for programs, in kebab-case: "disk-full"
    - `text`: what happened; `advice`: what the person can do
    - `retry`: the same call may work later
    - `status`: of the HTTP response. 503 and 429 promise that nothing was done: the call is sent once more
    """

    wire_kind: ClassVar[Optional[str]] = "failed"
    code: str
    title: str
    text: Optional[str] = None
    advice: Optional[str] = None
    retry: Optional[bool] = None
    outcomes: Sequence[Outcome] = ()
    links: Sequence[Link] = ()
    status: int = 422

    def find_problem(self) -> Optional[str]:
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", self.code):
            return f'.code must be in kebab-case, like "disk-full", unlike "{self.code[:60]}"'
        return None if 400 <= self.status <= 599 else f".status must be from 400 to 599, not {self.status}"

    def to_wire(self) -> dict[str, Any]:
        wire = super().to_wire()
        del wire["status"]
        return wire

    def __str__(self) -> str:
        return " ".join(filter(None, (f"{self.title} ({self.code}).", self.text)))


Reply = Union[Done, Ask, Started, Failed]
