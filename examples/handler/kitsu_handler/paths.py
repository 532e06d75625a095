"""Decides which files may be opened.

`flavour` is `posixpath` or `ntpath`, so that tests can check both anywhere.
"""

from __future__ import annotations

import ntpath
import posixpath
import re
import unicodedata
from collections.abc import Iterable
from types import ModuleType

from .errors import RefusedError, printable

FLAVOURS: dict[str, ModuleType] = {"linux": posixpath, "darwin": posixpath, "windows": ntpath}

# Matches "P:\" and "\\server\share\", but not the devices "\\.\" and "\\?\"
_WINDOWS_ANCHOR = re.compile(r"([A-Za-z]:)[\\/]|[\\/]{2}([^\\/.?:*][^\\/]*)[\\/]+([^\\/]+)(?:[\\/]|$)")
# Names that Windows forbids or changes: a colon begins an alternate stream, a trailing dot or space
# is dropped, NUL.mov is a device.
_WINDOWS_UNSAFE = re.compile(r'.*[<>:"|?*].*|.*[. ]|(con|prn|aux|nul|(com|lpt)[0-9¹²³])(\..*)?', re.IGNORECASE)


def split_path(path: str, flavour: ModuleType) -> tuple[str, ...]:
    """Splits a full path.

    The first part is the drive or the share ("" on POSIX). A ValueError's message follows “it”.
    """
    windows = flavour is ntpath
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in path):
        raise ValueError("contains control characters")
    if path.startswith("-"):
        raise ValueError("begins with a hyphen, so an application would treat it as an option")
    if ".." in re.split(r"[\\/]" if windows else "/", path):
        raise ValueError("contains “..”")
    anchor = (_WINDOWS_ANCHOR if windows else re.compile("/")).match(path)
    if anchor is None:
        raise ValueError("is not a full path on this system")
    first = (anchor[1] or rf"\\{anchor[2]}\{anchor[3]}") if windows else ""
    names = [name for name in re.split(r"[\\/]" if windows else "/", path[anchor.end() :]) if name not in ("", ".")]
    if windows and any(map(_WINDOWS_UNSAFE.fullmatch, names)):
        raise ValueError("contains a name that Windows forbids or changes")
    return (first, *names)


def resolve_allowed(path: str, roots: Iterable[str], extensions: Iterable[str], flavour: ModuleType) -> str:
    """Returns the normalized path.

    It and its target, if it is a link, must be in a root and have an allowed extension.
    """
    try:
        parts = split_path(path, flavour)
        normal: str = flavour.sep.join(parts)
        _check(parts, roots, extensions, flavour)
        # A missing file is checked as well, because a folder of its path may be a symbolic link.
        # Roots may be links too.
        real = split_path(flavour.realpath(normal), flavour)
        _check(real, [*roots, *map(flavour.realpath, roots)], extensions, flavour)
    except ValueError as wrong:
        raise RefusedError("path", f"This workstation can't open “{printable(path)}”: it {wrong}.") from None
    except OSError as error:
        raise RefusedError("path", f"“{printable(path)}” can't be accessed: {error.strerror}.") from None
    return normal


def _check(parts: tuple[str, ...], roots: Iterable[str], extensions: Iterable[str], flavour: ModuleType) -> None:
    folded = _normalize_case(parts, flavour)
    known = (_normalize_case(split_path(root, flavour), flavour) for root in roots)
    if not any(folded[: len(root)] == root and len(folded) > len(root) for root in known):
        raise ValueError(f"leads to {flavour.sep.join(parts)}, which is outside the allowed folders")
    if flavour.splitext(parts[-1])[1].lower() not in extensions:
        raise ValueError("is not a file type that this application may open")


def _normalize_case(parts: tuple[str, ...], flavour: ModuleType) -> tuple[str, ...]:
    return tuple(flavour.normcase(part) for part in parts)
