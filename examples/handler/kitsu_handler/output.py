"""The output of started programs, stored in files to find out why one ended."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from .errors import printable
from .locations import log, state_folder

_FILES_MAX = 20
_LINES_AFTER_ERROR = 4
_ERROR = re.compile(r"[A-Za-z_][\w.]*(: .*)?")
_COLORS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def create_output_file(program: str) -> Path | None:
    """Creates a file that only the person can read.

    None if that is not possible; the program is started anyway.
    """
    folder = state_folder() / "output"
    name = re.sub(r"[^\w.-]", "_", Path(program).name)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _drop_oldest(folder)
        file = folder / f"{name}-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}.log"
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return file
    except OSError as error:
        log.warning("the output of %s is not stored: %s", program, error.strerror)
        return None


def read_last_line(file: Path) -> str:
    """The last line that is not empty.

    If the error of a Python traceback is just before it, that one.
    """
    try:
        with file.open("rb") as opened:
            opened.seek(max(0, file.stat().st_size - 65_536))
            text = opened.read(65_536).decode("utf-8", "replace")
    except OSError:
        return ""
    lines = [line for line in (_COLORS.sub("", line).rstrip() for line in text.splitlines()) if printable(line)]
    return printable(_error(lines[-_LINES_AFTER_ERROR:], lines) or lines[-1], 300) if lines else ""


def _error(last: list[str], lines: list[str]) -> str | None:
    """Threads run on for a moment: after the error, Kabaret may still print that it has connected."""
    traced = any(line.startswith("Traceback (most recent call last)") for line in lines)
    return next(filter(_ERROR.fullmatch, reversed(last)), None) if traced else None


def _drop_oldest(folder: Path) -> None:
    """Windows does not delete files that a running program has open, which is fine."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[_FILES_MAX - 1 :]:
        with suppress(OSError):
            file.unlink()
