"""Dialogs of the desktop.

Texts are passed as arguments and shown as plain text, never as markup.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from .locations import current_system

TITLE = "Kitsu Actions"
_ERROR_MACOS = (
    'display dialog (item 1 of argv) with title "Kitsu Actions" buttons {"OK"} default button "OK" with icon caution'
)
_QUESTION_MACOS = (
    'display dialog (item 1 of argv) with title "Kitsu Actions" buttons {"No", "Yes"} default button "No" cancel button "No" '
    "with icon caution"
)


def show_error(text: str) -> None:
    """Shows an error in a dialog, if possible, and on stderr."""
    if sys.stderr is not None:  # pythonw.exe has no stderr
        print(text, file=sys.stderr)
    if current_system() == "windows":
        _message_box(text, 0x10 | 0x10000)  # MB_ICONERROR, MB_SETFOREGROUND
    elif current_system() == "darwin":
        _run_first([["osascript", "-e", "on run argv", "-e", _ERROR_MACOS, "-e", "end run", text]])
    elif _has_display():
        _run_first(
            [
                ["zenity", "--error", "--no-markup", "--width=480", f"--title={TITLE}", f"--text={text}"],
                ["kdialog", "--title", TITLE, "--error", _without_markup(text)],
                ["notify-send", f"--app-name={TITLE}", "--", TITLE, _without_markup(text)],
            ]
        )


def ask(question: str) -> bool | None:
    """Asks a yes-no question. None: no dialog can be shown. The return key chooses "No"."""
    if current_system() == "windows":
        # MB_YESNO, MB_ICONWARNING, MB_DEFBUTTON2, MB_SETFOREGROUND; 6 is IDYES
        return _message_box(question, 0x4 | 0x30 | 0x100 | 0x10000) == 6
    if current_system() == "darwin":
        return _run_first([["osascript", "-e", "on run argv", "-e", _QUESTION_MACOS, "-e", "end run", question]])
    if not _has_display():
        return None
    return _run_first(
        [
            [
                "zenity",
                "--question",
                "--no-markup",
                "--default-cancel",
                "--width=480",
                f"--title={TITLE}",
                f"--text={question}",
            ],
            ["kdialog", "--title", TITLE, "--warningyesno", _without_markup(question)],
        ]
    )


def _run_first(commands: Sequence[Sequence[str]]) -> bool | None:
    """Runs the first program that can show a dialog.

    Exit status 0 is yes, 1 is no, any other means that it failed.
    """
    for command in commands:
        program = shutil.which(command[0])
        if program is None:
            continue
        try:
            status = subprocess.run([program, *command[1:]], stdin=subprocess.DEVNULL, capture_output=True).returncode
        except OSError:
            continue
        if status in (0, 1):
            return status == 0
    return None


def _message_box(text: str, kind: int) -> int:
    import ctypes

    return int(ctypes.windll.user32.MessageBoxW(None, text, TITLE, kind))  # type: ignore[attr-defined,unused-ignore]


def _has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _without_markup(text: str) -> str:
    """kdialog and notify-send always interpret tags and entities."""
    return text.replace("&", "＆").replace("<", "‹").replace(">", "›")
