"""The secret that signs the calls, and the reports back."""

from __future__ import annotations

import base64
import binascii
import os
from typing import Optional

_PREFIX = "whsec_"
_MIN_BYTES, _MAX_BYTES = 24, 64
VARIABLE = "FORWARD_SECRET"

_HELP = (
    f'It must be what the action server has: "{_PREFIX}" and {_MIN_BYTES} to {_MAX_BYTES} random bytes in base64. '
    'Make one with "python -m kitsu_actions", and give it to both.'
)


class SecretError(ValueError):
    """There is no usable secret. The message says what to set, and never has the secret itself."""


def make_secret() -> str:
    return _PREFIX + base64.b64encode(os.urandom(32)).decode()


def read_secrets(secret: Optional[str]) -> list[str]:
    """The secret, or that of the environment if it is None. While it is replaced: the new one, a space, the old one."""
    name = "The secret" if secret is not None else VARIABLE
    value = (secret if secret is not None else os.environ.get(VARIABLE, "")).strip()
    if not value:
        raise SecretError(f"{name} is {'empty' if secret is not None else 'not set'}. {_HELP}")
    secrets = value.split()
    for one in secrets:
        _check(name, one)
    return secrets


def _check(name: str, value: str) -> None:
    if not value.startswith(_PREFIX):
        raise SecretError(f'{name} does not begin with "{_PREFIX}". {_HELP}')
    try:
        size = len(base64.b64decode(value[len(_PREFIX) :], validate=True))
    except (binascii.Error, ValueError):
        raise SecretError(f"{name} is not base64. {_HELP}") from None
    if not _MIN_BYTES <= size <= _MAX_BYTES:
        raise SecretError(f"{name} has {size} bytes. {_HELP}")
