"""Registers the handler for links, for this person alone, so that no administrator is needed."""

from __future__ import annotations

import os
import plistlib
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import NotRegisteredError
from .locations import current_system

_HANDLER = Path(__file__).resolve().parent.parent / "handler.py"
_LSREGISTER = "/System/Library/Frameworks/CoreServices.framework/Frameworks/LaunchServices.framework/Support/lsregister"


def register(scheme: str, config: str | None) -> str:
    """Where it was registered.

    `config` is the file that links are to be opened with, if not the usual one.
    """
    python = Path(sys.executable)
    if current_system() == "windows" and python.with_name("pythonw.exe").exists():
        python = python.with_name("pythonw.exe")  # without a console window
    command = [str(python), str(_HANDLER), *(("--config", str(Path(config).absolute())) if config is not None else ())]
    write = {"linux": _register_linux, "windows": _register_windows, "darwin": _register_macos}[current_system()]
    return write(scheme, command)


def unregister(scheme: str) -> None:
    {"linux": _unregister_linux, "windows": _unregister_windows, "darwin": _unregister_macos}[current_system()](scheme)


def _desktop_file(scheme: str) -> Path:
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser() / "applications" / f"{scheme}-handler.desktop"


def _register_linux(scheme: str, command: Sequence[str]) -> str:
    # The standard has quoting rules, but xdg-open does not follow them outside of GNOME and KDE.
    for word in command:
        if re.fullmatch(r"[\w./+@:,=-]+", word) is None:
            raise NotRegisteredError(
                "path", f"The path “{word}” has spaces or special characters. Move the handler to a path without them."
            )
    file = _desktop_file(scheme)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        "[Desktop Entry]\n"
        "Type=Application\n"
        f"Name=Kitsu Actions ({scheme})\n"
        f"Exec={' '.join(command)} %u\n"
        f"MimeType=x-scheme-handler/{scheme};\n"
        "NoDisplay=true\n"
        "Terminal=false\n",
        "utf-8",
    )
    if shutil.which("xdg-mime") is None:
        raise NotRegisteredError(
            "xdg-mime",
            f"{file} was written, but xdg-mime is missing, which must register it. Install the package xdg-utils.",
        )
    _run(["xdg-mime", "default", file.name, f"x-scheme-handler/{scheme}"])
    _update_desktop_database(file.parent)
    return str(file)


def _unregister_linux(scheme: str) -> None:
    """xdg-mime can't remove a default, but ignores one whose file is missing."""
    file = _desktop_file(scheme)
    file.unlink(missing_ok=True)
    _update_desktop_database(file.parent)


def _update_desktop_database(folder: Path) -> None:
    if shutil.which("update-desktop-database") is not None and folder.is_dir():
        _run(["update-desktop-database", str(folder)])


def _register_windows(scheme: str, command: Sequence[str]) -> str:
    import winreg

    key = rf"Software\Classes\{scheme}"
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, key) as opened:
        winreg.SetValueEx(opened, None, 0, winreg.REG_SZ, f"URL:Kitsu Actions ({scheme})")
        winreg.SetValueEx(opened, "URL Protocol", 0, winreg.REG_SZ, "")
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, rf"{key}\shell\open\command") as opened:
        winreg.SetValueEx(opened, None, 0, winreg.REG_SZ, " ".join(f'"{word}"' for word in [*command, "%1"]))
    return rf"HKEY_CURRENT_USER\{key}"


def _unregister_windows(scheme: str) -> None:
    import winreg

    for inner in (r"\shell\open\command", r"\shell\open", r"\shell", ""):
        try:
            winreg.DeleteKey(winreg.HKEY_CURRENT_USER, rf"Software\Classes\{scheme}{inner}")
        except FileNotFoundError:
            pass


def _bundle(scheme: str) -> Path:
    return Path.home() / "Applications" / f"Kitsu Actions ({scheme}).app"


def _register_macos(scheme: str, command: Sequence[str]) -> str:
    """macOS sends links to applications as events.

    A small application passes them on, without a shell.
    """
    words = ", ".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in command[1:])
    python = command[0].replace("\\", "\\\\").replace('"', '\\"')
    bundle = _bundle(scheme)
    bundle.parent.mkdir(parents=True, exist_ok=True)
    _run(
        [
            "osacompile",
            "-o",
            str(bundle),
            *("-e", 'use framework "Foundation"'),
            *("-e", "on open location link"),
            *(
                "-e",
                f"current application's NSTask's launchedTaskWithLaunchPath:\"{python}\" arguments:{{{words}, link}}",
            ),
            *("-e", "end open location"),
        ]
    )
    info = bundle / "Contents" / "Info.plist"
    table = plistlib.loads(info.read_bytes())
    table["CFBundleIdentifier"] = f"kitsu-actions.handler.{scheme}"
    table["CFBundleURLTypes"] = [{"CFBundleURLName": "Kitsu Actions", "CFBundleURLSchemes": [scheme]}]
    table["LSUIElement"] = True  # no icon in the Dock
    info.write_bytes(plistlib.dumps(table))
    # The change above broke the signature.
    _run(["codesign", "--force", "--sign", "-", str(bundle)])
    _run([_LSREGISTER, "-f", str(bundle)])
    return str(bundle)


def _unregister_macos(scheme: str) -> None:
    bundle = _bundle(scheme)
    if bundle.is_dir():
        _run([_LSREGISTER, "-u", str(bundle)])
        shutil.rmtree(bundle)


def _run(command: Sequence[str]) -> None:
    try:
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        raise NotRegisteredError(
            "failed", f"{command[0]} ended with status {error.returncode}: {error.stderr.strip()}"
        ) from None
    except OSError as error:
        raise NotRegisteredError("failed", f"{command[0]} could not be started: {error.strerror}.") from None
