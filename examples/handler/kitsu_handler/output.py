"""What a started program prints: kept in files, for whoever has to find out why it ended."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from .places import log, state_folder
from .refusal import printable

_KEPT = 20
_BEHIND = 4
_ERROR = re.compile(r"[A-Za-z_][\w.]*(: .*)?")
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def new_output(program: str) -> Path | None:
    """A file for nobody else to read. Without one the program is started all the same."""
    folder = state_folder() / "output"
    name = re.sub(r"[^\w.-]", "_", Path(program).name)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _drop_oldest(folder)
        file = folder / f"{name}-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}.log"
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return file
    except OSError as error:
        log.warning("the output of %s is not kept: %s", program, error.strerror)
        return None


def last_line(file: Path) -> str:
    """The last line with something in it, or nothing. The error of a Python traceback counts for more than a few lines behind it."""
    try:
        with file.open("rb") as opened:
            opened.seek(max(0, file.stat().st_size - 65_536))
            text = opened.read(65_536).decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [line for line in (_COLOURS.sub("", line).rstrip() for line in text.splitlines()) if printable(line)]
    return printable(_error(lines[-_BEHIND:], lines) or lines[-1], 300) if lines else ""


def _error(last: list[str], lines: list[str]) -> str | None:
    """Threads go on for a moment: Kabaret may still say that it has connected."""
    traced = any(line.startswith("Traceback (most recent call last)") for line in lines)
    return next(filter(_ERROR.fullmatch, reversed(last)), None) if traced else None


def _drop_oldest(folder: Path) -> None:
    """Windows keeps what a running program still has open."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[_KEPT - 1 :]:
        with suppress(OSError):
            file.unlink()
