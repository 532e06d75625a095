"""The first time a worker wants to start something, the person is asked. What they agreed to is remembered."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from pathlib import Path

from . import desktop
from .config import Config
from .places import log, state_folder
from .refusal import Refused


def hold_consent(origin: str, config: Config) -> None:
    """Before the ticket is asked for, which uses it up. `origin` is one of the configuration's."""
    if origin in config.trusted_origins or not config.confirm_origins:
        return
    file = state_folder() / "origins.json"
    confirmed = _confirmed(file)
    if origin in confirmed:
        return
    answer = desktop.ask(
        f"{origin} wants to start an application on this workstation, for the first time.\n\n"
        "Say yes if you have just run an action in Kitsu. You won't be asked again."
    )
    if answer is None:
        raise Refused(
            "nobody-asked",
            f"{origin} wants to start an application for the first time, and there is no dialog on this workstation to ask you in "
            f"(zenity or kdialog). If you trust it, add it to “trusted_origins” in {config.file}.",
        )
    if not answer:
        raise Refused("not-confirmed", f"Nothing was started: you did not allow {origin} to.")
    log.info("%s was confirmed", origin)
    confirmed[origin] = datetime.now(timezone.utc).isoformat(timespec="seconds")
    _remember(confirmed, file)


def _confirmed(file: Path) -> dict[str, str]:
    """A file that is missing or damaged means that one more question is asked."""
    try:
        value = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _remember(confirmed: dict[str, str], file: Path) -> None:
    written = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        written.write_text(json.dumps(confirmed, indent=2) + "\n", "utf-8")
        written.replace(file)
    except OSError as error:
        log.warning("%s can't be written: %s", file, error.strerror)
