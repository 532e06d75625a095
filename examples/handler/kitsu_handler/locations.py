"""The locations of the configuration, the log, and the other files of the handler."""

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


def current_system() -> str:
    return {"win32": "windows", "darwin": "darwin"}.get(sys.platform, "linux")


def _config_folders() -> list[Path]:
    """The person's folder, then the workstation's. The first file that exists is used."""
    if current_system() == "windows":
        return [_variable("APPDATA", "~/AppData/Roaming"), _variable("PROGRAMDATA", "C:/ProgramData")]
    if current_system() == "darwin":
        return [Path.home() / "Library/Application Support", Path("/Library/Application Support")]
    return [_variable("XDG_CONFIG_HOME", "~/.config"), Path("/etc")]


def find_config(given: str | None) -> Path:
    """The file of `--config`, else the first that exists, else the one to create."""
    if given is not None:
        return Path(given).absolute()
    candidates = [folder / FOLDER / "handler.json" for folder in _config_folders()]
    return next((file for file in candidates if file.is_file()), candidates[0])


def state_folder() -> Path:
    """Created if missing, readable for the person alone.

    Without it, the handler works, but has no log and no memory.
    """
    if current_system() == "windows":
        folder = _variable("LOCALAPPDATA", "~/AppData/Local") / FOLDER
    elif current_system() == "darwin":
        folder = Path.home() / "Library/Application Support" / FOLDER
    else:
        folder = _variable("XDG_STATE_HOME", "~/.local/state") / FOLDER
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        log.warning("%s could not be created: %s", folder, error.strerror)
    return folder


def open_log() -> None:
    """Logs to at most four files of 512 kB."""
    try:
        target: logging.Handler = logging.handlers.RotatingFileHandler(
            state_folder() / "handler.log", maxBytes=512_000, backupCount=3, encoding="utf-8"
        )
    except OSError:
        target = logging.StreamHandler()
    target.setFormatter(_MaskingFormatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    log.addHandler(target)
    log.setLevel(logging.INFO)


class _MaskingFormatter(logging.Formatter):
    """Masks tokens: who reads one before it is used could fetch the ticket."""

    def format(self, record: logging.LogRecord) -> str:
        return re.sub(r"[0-9a-fA-F]{64,}", "(token)", super().format(record))


def _variable(name: str, default: str) -> Path:
    value = Path(os.environ.get(name, ""))
    return value if value.is_absolute() else Path(default).expanduser()
