"""Speaks with the person in dialogs of the desktop. Texts are given as arguments, and as text, never as markup."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from .places import this_system

TITLE = "Kitsu Actions"
_TELL_MACOS = 'display dialog (item 1 of argv) with title "Kitsu Actions" buttons {"OK"} default button "OK" with icon caution'
_ASK_MACOS = (
    'display dialog (item 1 of argv) with title "Kitsu Actions" buttons {"No", "Yes"} default button "No" cancel button "No" '
    "with icon caution"
)


def tell(text: str) -> None:
    """An error, in a dialog if there is one, and on stderr for whoever started this in a terminal."""
    if sys.stderr is not None:  # pythonw.exe has none
        print(text, file=sys.stderr)
    if this_system() == "windows":
        _message_box(text, 0x10 | 0x10000)  # MB_ICONERROR, MB_SETFOREGROUND
    elif this_system() == "darwin":
        _first_answer([["osascript", "-e", "on run argv", "-e", _TELL_MACOS, "-e", "end run", text]])
    elif _has_display():
        _first_answer(
            [
                ["zenity", "--error", "--no-markup", "--width=480", f"--title={TITLE}", f"--text={text}"],
                ["kdialog", "--title", TITLE, "--error", _without_markup(text)],
                ["notify-send", f"--app-name={TITLE}", "--", TITLE, _without_markup(text)],
            ]
        )


def ask(question: str) -> bool | None:
    """Yes or no; None where nobody can be asked. "No" is what the return key chooses."""
    if this_system() == "windows":
        # MB_YESNO, MB_ICONWARNING, MB_DEFBUTTON2, MB_SETFOREGROUND; 6 is IDYES
        return _message_box(question, 0x4 | 0x30 | 0x100 | 0x10000) == 6
    if this_system() == "darwin":
        return _first_answer([["osascript", "-e", "on run argv", "-e", _ASK_MACOS, "-e", "end run", question]])
    if not _has_display():
        return None
    return _first_answer(
        [
            ["zenity", "--question", "--no-markup", "--default-cancel", "--width=480", f"--title={TITLE}", f"--text={question}"],
            ["kdialog", "--title", TITLE, "--warningyesno", _without_markup(question)],
        ]
    )


def _first_answer(commands: Sequence[Sequence[str]]) -> bool | None:
    """What the first program says that is there and works: 0 is yes, 1 no, anything else that it could show nothing."""
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
    """kdialog and notify-send read tags and entities, and can't be told not to."""
    return text.replace("&", "＆").replace("<", "‹").replace(">", "›")
