"""Where a URL leads: scheme, host and port."""

from __future__ import annotations

import re

# Only what is certain to mean the same to every reader: no user name before the host, no backslash, no fragment.
_URL = re.compile(
    r"(https?)://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?([/?][A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]*)?", re.IGNORECASE
)
_USUAL = {"https": ":443", "http": ":80"}


def origin_of(url: str) -> str | None:
    """`https://Actions.studio.example:443/t/1` is of `https://actions.studio.example`. None: not a URL to use."""
    match = _URL.fullmatch(url)
    if match is None:
        return None
    scheme = match[1].lower()
    port = match[3] or ""
    return f"{scheme}://{match[2].lower()}{'' if port == _USUAL[scheme] else port}"
