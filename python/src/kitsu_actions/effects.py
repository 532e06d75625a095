"""What Kitsu's page does for the person besides showing a reply: `Done(..., effects=[effects.Copy(path)])`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Optional, Union

from .part import Part


@dataclass(frozen=True)
class Open(Part):
    """Opens the URL in a new tab, if the browser allows it, and has a button."""

    wire_kind: ClassVar[Optional[str]] = "open"
    url: str
    label: Optional[str] = None


@dataclass(frozen=True)
class Copy(Part):
    """A button that copies the text."""

    wire_kind: ClassVar[Optional[str]] = "copy"
    text: str
    label: Optional[str] = None


@dataclass(frozen=True)
class Download(Part):
    """A button that saves the URL as `name`."""

    wire_kind: ClassVar[Optional[str]] = "download"
    url: str
    name: str
    label: Optional[str] = None


@dataclass(frozen=True)
class Go(Part):
    """A button to a page of Kitsu: `path` is "/productions/...", without a host."""

    wire_kind: ClassVar[Optional[str]] = "go"
    path: str
    label: Optional[str] = None

    def find_problem(self) -> Optional[str]:
        is_path = self.path.startswith("/") and not self.path.startswith("//") and not set(self.path) & set(" \t\n\\")
        return None if is_path else f'.path must begin with one "/" and have no spaces, unlike "{self.path[:60]}"'


@dataclass(frozen=True)
class Refresh(Part):
    """Makes Kitsu reload these tasks, by their ids. Rarely needed: Zou tells Kitsu about changes."""

    wire_kind: ClassVar[Optional[str]] = "refresh"
    tasks: Sequence[str]


@dataclass(frozen=True)
class LaunchOption(Part):
    """One way to start a program: a URL with a custom protocol, and what to type if it doesn't work."""

    url: str
    system: Optional[Literal["linux", "windows", "darwin"]] = None
    command: Optional[str] = None


@dataclass(frozen=True)
class Launch(Part):
    """Starts a program on the workstation, "Nuke". `help` is the page to read when nothing opens."""

    wire_kind: ClassVar[Optional[str]] = "launch"
    app: str
    ways: Sequence[LaunchOption]
    help: Optional[str] = None
    label: Optional[str] = None

    def find_problem(self) -> Optional[str]:
        return None if self.ways else ".ways must have at least one LaunchOption"


Effect = Union[Open, Copy, Download, Go, Refresh, Launch]
