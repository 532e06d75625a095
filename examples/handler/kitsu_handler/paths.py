"""Which files may be opened. The flavour is `posixpath` or `ntpath`: a parameter, so that any system can test the rules of all."""

from __future__ import annotations

import ntpath
import posixpath
import re
import unicodedata
from collections.abc import Iterable
from types import ModuleType

from .refusal import Refused, printable

FLAVOURS: dict[str, ModuleType] = {"linux": posixpath, "darwin": posixpath, "windows": ntpath}

# "P:\" or "\\server\share\", but not the devices "\\.\" and "\\?\"
_WINDOWS_ANCHOR = re.compile(r"([A-Za-z]:)[\\/]|[\\/]{2}([^\\/.?:*][^\\/]*)[\\/]+([^\\/]+)(?:[\\/]|$)")
# What Windows forbids, or reads as something else: a colon begins a hidden stream, a final dot or space is dropped, NUL.mov is
# a device.
_WINDOWS_TRAPS = re.compile(r'.*[<>:"|?*].*|.*[. ]|(con|prn|aux|nul|(com|lpt)[0-9¹²³])(\..*)?', re.IGNORECASE)


def components(path: str, flavour: ModuleType) -> tuple[str, ...]:
    """A full path in parts, the drive or the share first ("" on POSIX). ValueError says what is wrong, to follow “it”."""
    windows = flavour is ntpath
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in path):
        raise ValueError("has characters that no path needs")
    if path.startswith("-"):
        raise ValueError("begins with a hyphen, and an application would take it for an option")
    if ".." in re.split(r"[\\/]" if windows else "/", path):
        raise ValueError("goes up with “..”")
    anchor = (_WINDOWS_ANCHOR if windows else re.compile("/")).match(path)
    if anchor is None:
        raise ValueError("is not a full path on this system")
    first = (anchor[1] or rf"\\{anchor[2]}\{anchor[3]}") if windows else ""
    names = [name for name in re.split(r"[\\/]" if windows else "/", path[anchor.end() :]) if name not in ("", ".")]
    if windows and any(map(_WINDOWS_TRAPS.fullmatch, names)):
        raise ValueError("has a name that Windows does not take for what it looks like")
    return (first, *names)


def permitted(path: str, roots: Iterable[str], extensions: Iterable[str], flavour: ModuleType) -> str:
    """The path, normalised, if it and what it leads to are below a root and of a kind that the application may open."""
    try:
        parts = components(path, flavour)
        normal: str = flavour.sep.join(parts)
        _hold(parts, roots, extensions, flavour)
        # Also for what is not there: a folder on the way may be a symbolic link. A root may be one, too.
        real = components(flavour.realpath(normal), flavour)
        _hold(real, [*roots, *map(flavour.realpath, roots)], extensions, flavour)
    except ValueError as wrong:
        raise Refused("path", f"This workstation does not open “{printable(path)}”: it {wrong}.") from None
    except OSError as error:
        raise Refused("path", f"“{printable(path)}” can't be looked at: {error.strerror}.") from None
    return normal


def _hold(parts: tuple[str, ...], roots: Iterable[str], extensions: Iterable[str], flavour: ModuleType) -> None:
    folded = _folded(parts, flavour)
    known = (_folded(components(root, flavour), flavour) for root in roots)
    if not any(folded[: len(root)] == root and len(folded) > len(root) for root in known):
        raise ValueError(f"leads to {flavour.sep.join(parts)}, which is outside the folders that are allowed")
    if flavour.splitext(parts[-1])[1].lower() not in extensions:
        raise ValueError("is not a kind of file that this application may open")


def _folded(parts: tuple[str, ...], flavour: ModuleType) -> tuple[str, ...]:
    return tuple(flavour.normcase(part) for part in parts)
