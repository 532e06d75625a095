"""Where this workstation keeps the configuration, what the person agreed to, and the log."""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
import sys
from pathlib import Path

FOLDER = "kitsu-actions"
SYSTEMS = ("linux", "windows", "darwin")
log = logging.getLogger("kitsu_handler")


def this_system() -> str:
    return {"win32": "windows", "darwin": "darwin"}.get(sys.platform, "linux")


def configurations() -> list[Path]:
    """The person's own file, then the workstation's. The first that is there counts."""
    if this_system() == "windows":
        return [_variable("APPDATA", "~/AppData/Roaming"), _variable("PROGRAMDATA", "C:/ProgramData")]
    if this_system() == "darwin":
        return [Path.home() / "Library/Application Support", Path("/Library/Application Support")]
    return [_variable("XDG_CONFIG_HOME", "~/.config"), Path("/etc")]


def configuration(given: str | None) -> Path:
    """The file `--config` names, or the first of the usual ones, or the one that should be written."""
    if given is not None:
        return Path(given).absolute()
    usual = [folder / FOLDER / "handler.json" for folder in configurations()]
    return next((file for file in usual if file.is_file()), usual[0])


def state_folder() -> Path:
    """Made where it is missing, for nobody else to read. Without it there is no log, and more questions, but artists can work."""
    if this_system() == "windows":
        folder = _variable("LOCALAPPDATA", "~/AppData/Local") / FOLDER
    elif this_system() == "darwin":
        folder = Path.home() / "Library/Application Support" / FOLDER
    else:
        folder = _variable("XDG_STATE_HOME", "~/.local/state") / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        log.warning("%s can't be made: %s", folder, error.strerror)
    return folder


def open_log() -> None:
    """Four files of 512 kB at most."""
    try:
        target: logging.Handler = logging.handlers.RotatingFileHandler(
            state_folder() / "handler.log", maxBytes=512_000, backupCount=3, encoding="utf-8"
        )
    except OSError:
        target = logging.StreamHandler()
    target.setFormatter(_Masking("%(asctime)s %(process)d %(levelname)s %(message)s"))
    log.addHandler(target)
    log.setLevel(logging.INFO)


class _Masking(logging.Formatter):
    """Who reads a ticket's token before it is used can take the ticket: whatever looks like one is not written down."""

    def format(self, record: logging.LogRecord) -> str:
        return re.sub(r"[0-9a-fA-F]{64,}", "(token)", super().format(record))


def _variable(name: str, otherwise: str) -> Path:
    value = Path(os.environ.get(name, ""))
    return value if value.is_absolute() else Path(otherwise).expanduser()
