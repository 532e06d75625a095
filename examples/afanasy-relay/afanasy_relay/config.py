"""The configuration: what the relay forwards.

Everything else is refused, and unknown keys are errors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_OPERATIONS = (
    "start", "pause", "stop", "restart", "restart_errors", "restart_running", "restart_pause", "reset_error_hosts", "delete",
)  # fmt: skip
_DEFAULT_OPERATIONS = ("start", "pause", "stop", "restart_errors")
_TOKEN_MIN_LENGTH = 16


class ConfigError(Exception):
    """The configuration is missing or wrong: one sentence for each problem."""


@dataclass(frozen=True)
class Config:
    """`services` has patterns that commands must match; `environment` the allowed variables."""

    listen: tuple[str, int]
    afserver: tuple[str, int]
    # The tokens that are accepted: one, or the new and the old one while it is replaced.
    tokens: tuple[bytes, ...]
    services: Mapping[str, Sequence[re.Pattern[str]]]
    operations: Sequence[str] = (*_DEFAULT_OPERATIONS, "reset_error_hosts")
    environment: Sequence[str] = ()
    connections: int = 8
    answer_seconds: float = 6
    body_seconds: float = 10
    busy_seconds: float = 1
    message_max_bytes: int = 1_000_000
    answer_max_bytes: int = 32 * 1024 * 1024


_KEYS = ("listen", "afserver", "token_file", "services", "operations", "environment", "connections", "answer_seconds")


def read_config(file: Path) -> Config:
    try:
        value = json.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"{file} can't be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file} is not JSON: {error}.") from None
    problems: list[str] = []
    config = _parse(value, file.parent, problems)
    if config is None or problems:
        raise ConfigError("\n".join(problems))
    return config


def _parse(value: Any, folder: Path, problems: list[str]) -> Config | None:
    if not isinstance(value, dict):
        problems.append("The configuration must be an object.")
        return None
    problems.extend(f"{key} is unknown; known are {', '.join(_KEYS)}." for key in value if key not in _KEYS)
    listen = _address(value, "listen", ("127.0.0.1", 51080), problems)
    afserver = _address(value, "afserver", ("127.0.0.1", 51000), problems)
    operations = value.get("operations", list(_DEFAULT_OPERATIONS))
    if not isinstance(operations, list) or not all(one in _OPERATIONS for one in operations):
        problems.append(f"operations must be a list of {', '.join(_OPERATIONS)}.")
    elif "restart_errors" in operations and "reset_error_hosts" not in operations:
        # The farm avoids a machine that had errors until they are reset. Without that, restarted
        # tasks may never be rendered.
        operations = [*operations, "reset_error_hosts"]
    environment = value.get("environment", [])
    if not isinstance(environment, list) or not all(isinstance(one, str) for one in environment):
        problems.append("environment must be a list of names of variables.")
    connections = value.get("connections", 8)
    if type(connections) is not int or not 1 <= connections <= 100:
        problems.append("connections must be an integer from 1 to 100.")
    seconds = value.get("answer_seconds", 6)
    if type(seconds) not in (int, float) or not 0 < seconds <= 30:
        problems.append("answer_seconds must be a number greater than 0, up to 30.")
    tokens = _tokens(value.get("token_file"), folder, problems)
    services = _services(value.get("services"), problems)
    if problems:
        return None
    return Config(listen, afserver, tokens, services, tuple(operations), tuple(environment), connections, seconds)


def _address(value: Mapping[str, Any], key: str, default: tuple[str, int], problems: list[str]) -> tuple[str, int]:
    address = value.get(key, {})
    if not isinstance(address, dict) or any(name not in ("host", "port") for name in address):
        problems.append(f'{key} must be {{"host": "{default[0]}", "port": {default[1]}}}.')
        return default
    host, port = address.get("host", default[0]), address.get("port", default[1])
    if not isinstance(host, str) or host == "":
        problems.append(f"{key}.host must be a string.")
    if type(port) is not int or not 0 <= port <= 65535:
        problems.append(f"{key}.port must be an integer up to 65535.")
    return host, port


def _tokens(path: Any, folder: Path, problems: list[str]) -> tuple[bytes, ...]:
    if not isinstance(path, str) or path == "":
        problems.append("token_file must be the path of the file with the token.")
        return ()
    try:
        tokens = tuple((folder / path).read_bytes().split())
    except OSError as error:
        problems.append(f"token_file {path} can't be read: {error.strerror}.")
        return ()
    if not tokens or any(len(token) < _TOKEN_MIN_LENGTH for token in tokens):
        problems.append(
            f"The token in {path} must have at least {_TOKEN_MIN_LENGTH} characters: head -c 32 /dev/urandom | base64."
        )
    return tokens


def _services(value: Any, problems: list[str]) -> dict[str, tuple[re.Pattern[str], ...]]:
    if not isinstance(value, dict) or not value:
        problems.append('services must list the allowed services: {"blender": ["blender -b .*"]}.')
        return {}
    services: dict[str, tuple[re.Pattern[str], ...]] = {}
    for name, patterns in value.items():
        if not isinstance(patterns, list) or not patterns or not all(isinstance(one, str) for one in patterns):
            problems.append(f"services.{name} must be a list of patterns for commands.")
            continue
        try:
            services[name] = tuple(re.compile(pattern, re.ASCII) for pattern in patterns)
        except re.error as error:
            problems.append(f"services.{name} has an invalid pattern: {error}.")
    return services
