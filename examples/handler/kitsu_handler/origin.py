"""The origin of a URL: scheme, host and port."""

from __future__ import annotations

import re

# Only URLs that every parser reads in the same way: without user name, backslash and fragment.
_URL = re.compile(
    r"(https?)://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?([/?][A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]*)?", re.IGNORECASE
)
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


def parse_origin(url: str) -> str | None:
    """Normalizes `https://Actions.studio.example:443/t/1` to `https://actions.studio.example`.

    None: not a valid URL.
    """
    match = _URL.fullmatch(url)
    if match is None:
        return None
    scheme = match[1].lower()
    port = match[3] or ""
    return f"{scheme}://{match[2].lower()}{'' if port == _DEFAULT_PORTS[scheme] else port}"
