"""Asks the person before a worker may start something for the first time."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from pathlib import Path

from . import dialog
from .config import Config
from .errors import RefusedError
from .locations import log, state_folder


def require_consent(origin: str, config: Config) -> None:
    """Called before the ticket is fetched, which uses it up.

    `origin` is one of the configuration.
    """
    if origin in config.trusted_origins or not config.confirm_origins:
        return
    file = state_folder() / "origins.json"
    confirmed = _read_confirmed(file)
    if origin in confirmed:
        return
    answer = dialog.ask(
        f"Allow {origin} to start applications on this workstation?\n\n"
        "Choose Yes if you have just run an action in Kitsu. You won't be asked again."
    )
    if answer is None:
        raise RefusedError(
            "nobody-asked",
            f"{origin} needs your permission to start applications, but this workstation can't show a dialog: it has no "
            f"zenity or kdialog. If you trust it, add it to “trusted_origins” in {config.file}.",
        )
    if not answer:
        raise RefusedError("not-confirmed", f"Nothing was started: you did not allow {origin} to start applications.")
    log.info("%s was confirmed", origin)
    confirmed[origin] = datetime.now(timezone.utc).isoformat(timespec="seconds")
    _write_confirmed(confirmed, file)


def _read_confirmed(file: Path) -> dict[str, str]:
    """Empty if the file is missing or damaged: the person is then asked again."""
    try:
        value = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _write_confirmed(confirmed: dict[str, str], file: Path) -> None:
    written = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        written.write_text(json.dumps(confirmed, indent=2) + "\n", "utf-8")
        written.replace(file)
    except OSError as error:
        log.warning("%s could not be written: %s", file, error.strerror)
