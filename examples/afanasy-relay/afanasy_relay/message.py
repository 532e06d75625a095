"""The rules for messages to afserver.

An invalid job crashes it, so every member must be known and valid.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from .config import Config

_INTEGER_MAX = 2**31 - 1
_LIST_MAX = 1_000
_TASKS_MAX = 100_000
_NUMERIC = 1
# Job 1 belongs to the server: it runs the server's own commands and those of its event service.
_FIRST_JOB = 2
# For files that exist, lost machines and suspended tasks. Other flags need members that are not
# allowed here, and without them can crash afserver.
_FLAGS = _NUMERIC | 32 | 64 | 128 | 256 | 1024
# afserver creates a folder with the name, and numbers before and after it. File systems allow 255
# bytes.
_NAME_MAX_BYTES = 200

Check = Callable[[Any, str], None]


class RefusedError(Exception):
    """The message is not allowed.

    The text is a sentence without its period; `detail` is only for the log.
    """

    def __init__(self, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.detail = detail


def read_message(body: bytes, config: Config) -> tuple[dict[str, Any], str]:
    """Returns the message, and a short description for the log."""
    try:
        message = json.loads(
            body.decode("utf-8"), parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_once
        )
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"the message is not valid JSON: {error}") from None
    if not isinstance(message, dict) or len(message) != 1:
        raise RefusedError("the message must be an object with one member: job, get or action")
    [(kind, value)] = message.items()
    if kind == "job":
        return message, _check_job(value, config)
    if kind == "get":
        return message, _check_get(value)
    if kind == "action":
        return message, _check_action(value, config)
    raise RefusedError(f"“{kind}” is not allowed")


def write_message(message: Mapping[str, Any]) -> bytes:
    """Encodes the message again, so that exactly what was checked is sent.

    It is ASCII: a byte per character.
    """
    return json.dumps(message, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")


def _no_float(text: str) -> Any:
    raise ValueError(f"{text} is not an integer, and afserver only accepts integers")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a member is listed twice")
    return table


def _text(value: Any, name: str) -> None:
    if not isinstance(value, str):
        raise RefusedError(f"{name} must be a string")
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise RefusedError(f"{name} has an invalid character")


def _non_empty(value: Any, name: str) -> None:
    _text(value, name)
    if value == "":
        raise RefusedError(f"{name} is empty")


def _unescaped(value: Any, name: str) -> None:
    """afserver does not escape these in its answers, so its list of jobs would be unreadable."""
    _non_empty(value, name)
    if re.search(r'["\\\x00-\x1f\x7f-\x9f]', value) is not None:
        raise RefusedError(f"{name} has a quote, a backslash or a control character")


def _plain_word(value: Any, name: str) -> None:
    _non_empty(value, name)
    if re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", value) is None:
        raise RefusedError(f"{name} may only have letters, digits, “_”, “.” and “-”, and at most 100 of them")


def _title(value: Any, name: str) -> None:
    """The farm's event service, and perhaps others, put the names of jobs in shell commands."""
    _unescaped(value, name)
    if re.search(r"['`$;&|<>]", value) is not None:
        raise RefusedError(f"{name} has a character with a meaning for shells")
    if len(value.encode("utf-8")) > _NAME_MAX_BYTES:
        raise RefusedError(f"{name} has more than {_NAME_MAX_BYTES} bytes")


def _custom_data(value: Any, name: str) -> None:
    """Data of the job for scripts.

    The farm's event service builds commands from lists and objects in it.
    """
    _text(value, name)
    try:
        table = json.loads(value, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise RefusedError(f"{name} is not JSON") from None
    words = [*table.keys(), *table.values()] if isinstance(table, dict) else [None]
    if not all(isinstance(word, str) and re.fullmatch(r"[A-Za-z0-9_ ./:-]*", word) for word in words):
        raise RefusedError(f"{name} must be an object with plain strings")


def _without_parents(value: Any, name: str) -> None:
    """Without this check, a pattern with a folder, dots and slashes would allow every folder."""
    _non_empty(value, name)
    if _UPWARDS.search(value) is not None:
        raise RefusedError(f"{name} has “..”, which leads out of the allowed folders")


_UPWARDS = re.compile(r"(?<![\w.])\.\.(?![\w.])")


def _path(value: Any, name: str) -> None:
    """Farms create thumbnails of files with commands that contain their paths."""
    _without_parents(value, name)
    for character in value:
        if re.fullmatch(r"[A-Za-z0-9_ ./:@#-]", character) is None and not _is_letter(character):
            raise RefusedError(f"{name} has a character that is not allowed in paths: {ascii(character)}")


def _is_letter(character: str) -> bool:
    """All letters, except those that some versions of Windows turn into quotes, bars and the like."""
    return unicodedata.category(character) in _LETTERS and _LOOKALIKES.fullmatch(character) is None


_LETTERS = ("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd")
# The same as in worker/launch/plain-letters.ts.
_LOOKALIKES = re.compile("[\u01c0-\u01c3\u02b0-\u036f\u0374\u037a\u0559]")


def _integer(minimum: int, maximum: int = _INTEGER_MAX) -> Check:
    def check(value: Any, name: str) -> None:
        if type(value) is not int or not minimum <= value <= maximum:
            raise RefusedError(f"{name} must be an integer from {minimum} to {maximum}")

    return check


def _one_of(*words: str) -> Check:
    def check(value: Any, name: str) -> None:
        if value not in words:
            raise RefusedError(f"{name} must be {' or '.join(words)}")

    return check


def _flag(value: Any, name: str) -> None:
    if not isinstance(value, bool):
        raise RefusedError(f"{name} must be true or false")


def _list(check: Check, maximum: int = _LIST_MAX) -> Check:
    def check_all(value: Any, name: str) -> None:
        if not isinstance(value, list) or not 1 <= len(value) <= maximum:
            raise RefusedError(f"{name} must be a list of 1 to {maximum}")
        for index, one in enumerate(value):
            check(one, f"{name}.{index}")

    return check_all


def _table(check: Check) -> Check:
    def check_all(value: Any, name: str) -> None:
        if not isinstance(value, dict) or len(value) > _LIST_MAX:
            raise RefusedError(f"{name} must be an object")
        for key, one in value.items():
            _unescaped(key, name)
            check(one, f"{name}.{key}")

    return check_all


_COUNT = _integer(0)
_BYTE = _integer(0, 127)
_ANY = _integer(-_INTEGER_MAX)

# Other members are refused. For example, command_pre and command_post run on the server itself.
_JOB: dict[str, Check] = {
    "name": _title, "user_name": _plain_word, "host_name": _plain_word, "priority": _integer(0, 250), "offline": _flag,
    "description": _text, "annotation": _text, "custom_data": _custom_data,
    "project": _text, "department": _text, "branch": _unescaped, "folders": _table(_path),
    "max_running_tasks": _integer(-1), "max_running_tasks_per_host": _integer(-1),
    "hosts_mask": _non_empty, "hosts_mask_exclude": _non_empty, "hosts_mask_type": _one_of("find", "regex"),
    "need_os": _non_empty, "need_properties": _non_empty,
    "time_life": _integer(1), "pools": _table(_COUNT),
}  # fmt: skip
_BLOCK: dict[str, Check] = {
    "name": _title, "service": _unescaped, "parser": _plain_word, "command": _without_parents,
    "working_directory": _path, "files": _list(_path), "tasks_name": _title, "custom_data": _title, "flags": _COUNT, "sequential": _ANY,
    "capacity": _integer(1), "need_memory": _COUNT, "need_hdd": _COUNT, "need_power": _COUNT, "need_gpu_mem_mb": _COUNT,
    "need_cpu_cores": _COUNT, "errors_retries": _BYTE, "errors_avoid_host": _BYTE, "errors_task_same_host": _BYTE,
    "errors_forgive_time": _COUNT, "task_max_run_time": _COUNT, "task_min_run_time": _COUNT,
    "environment": _table(_text), "tickets": _table(_COUNT),
}  # fmt: skip
_FRAMES: dict[str, Check] = {
    "frame_first": _ANY,
    "frame_last": _ANY,
    "frames_per_task": _integer(1),
    "frames_inc": _integer(1),
}
_GET: dict[str, Check] = {
    "ids": _list(_integer(1)), "serials": _list(_integer(1, 2**53)), "users": _list(_plain_word), "mode": _non_empty,
    "block_ids": _list(_COUNT, 1), "task_ids": _list(_COUNT, 1),
}  # fmt: skip


def _members(
    value: Any, name: str, known: Mapping[str, Check], required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> None:
    if not isinstance(value, dict):
        raise RefusedError(f"{name} must be an object")
    for key in required:
        if key not in value:
            raise RefusedError(f"{name}.{key} is missing")
    for key, one in value.items():
        if key in known:
            known[key](one, f"{name}.{key}")
        elif key not in optional:
            raise RefusedError(f"{name}.{key} is not allowed")


def _check_job(job: Any, config: Config) -> str:
    _members(job, "job", _JOB, ("name", "user_name", "host_name", "blocks"), ("blocks",))
    _list(lambda block, name: _check_block(block, name, config))(job["blocks"], "job.blocks")
    services = sorted({block["service"] for block in job["blocks"]})
    return f"job “{job['name']}” of {job['user_name']}, {', '.join(services)}"


def _check_block(block: Any, name: str, config: Config) -> None:
    if isinstance(block, dict) and "tasks" in block:
        # The values of single tasks become part of the command, which can't be checked here.
        raise RefusedError(f"{name}.tasks is not allowed; use frames")
    _members(block, name, {**_BLOCK, **_FRAMES}, ("name", "service", "command", "flags", *_FRAMES))
    if not block["flags"] & _NUMERIC:
        raise RefusedError(f"{name}.flags must have the numeric flag")
    if block["flags"] & ~_FLAGS:
        raise RefusedError(f"{name}.flags has a flag that is not allowed")
    if block["frame_last"] < block["frame_first"]:
        raise RefusedError(f"{name} has its last frame before the first")
    if (block["frame_last"] - block["frame_first"]) // block["frames_inc"] // block["frames_per_task"] >= _TASKS_MAX:
        raise RefusedError(f"{name} has more than {_TASKS_MAX} tasks")
    patterns = config.services.get(block["service"])
    if patterns is None:
        raise RefusedError(f"the service “{block['service']}” is not in “services”")
    if not any(pattern.fullmatch(block["command"]) for pattern in patterns):
        raise RefusedError(
            f"the command of {name} matches no pattern in “services.{block['service']}”", block["command"]
        )
    for variable in block.get("environment", {}):
        if variable not in config.environment:
            raise RefusedError(f"the variable “{variable}” is not in “environment”")


def _check_get(get: Any) -> str:
    if not isinstance(get, dict) or get.get("type") not in ("users", "renders", "jobs"):
        raise RefusedError("get.type must be users, renders or jobs")
    if get["type"] != "jobs":
        _members(get, "get", {}, (), ("type",))
        return f"get {get['type']}"
    _members(get, "get", _GET, (), ("type",))
    mode = get.get("mode", "full")
    if mode not in ("full", "progress", "error_hosts", "output", "log"):
        raise RefusedError("get.mode must be full, progress, error_hosts, output or log")
    chosen = [key for key in ("ids", "serials", "users") if key in get]
    if len(chosen) != 1:
        raise RefusedError("get must select jobs by ids, serials or users")
    is_of_task = mode in ("output", "log")
    if ("block_ids" in get, "task_ids" in get) != (is_of_task, is_of_task):
        raise RefusedError("get.block_ids and get.task_ids are required for output and log, and not allowed otherwise")
    if mode in ("error_hosts", "output", "log") and (chosen != ["ids"] or len(get["ids"]) != 1):
        raise RefusedError(f"get.mode {mode} is for a single job, by its id")
    if is_of_task:
        return f"get {mode} of task {get['block_ids'][0]}.{get['task_ids'][0]} of job {get['ids'][0]}"
    return f"get {len(get[chosen[0]])} jobs by {chosen[0]}"


def _check_action(action: Any, config: Config) -> str:
    known: dict[str, Check] = {"user_name": _plain_word, "host_name": _plain_word, "ids": _list(_integer(_FIRST_JOB))}
    _members(action, "action", known, (*known, "type"), ("type", "operation", "params"))
    if action["type"] != "jobs":
        raise RefusedError("action.type must be jobs")
    if ("operation" in action) == ("params" in action):
        raise RefusedError("action must have operation or params")
    if "params" in action:
        _members(action["params"], "action.params", {"annotation": _text}, ("annotation",))
        return f"annotate {action['ids']} of {action['user_name']}"
    _members(action["operation"], "action.operation", {"type": _non_empty}, ("type",))
    operation = action["operation"]["type"]
    if operation not in config.operations:
        raise RefusedError(f"the operation “{operation}” is not in “operations”")
    return f"{operation} {action['ids']} of {action['user_name']}"


def check_target(action: Mapping[str, Any], answer: bytes) -> None:
    """Allows actions only on jobs that came from Kitsu Actions and belong to the user.

    `answer` has the complete jobs.
    """
    try:
        jobs = json.loads(answer.decode("utf-8", "replace"), strict=False).get("jobs", [])
        ours = {
            job["id"]
            for job in jobs
            if job["user_name"] == action["user_name"] and "kitsu_mark" in json.loads(job["custom_data"])
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        ours = set()
    for one in action["ids"]:
        if one not in ours:
            raise RefusedError(
                f"job {one} did not come from Kitsu Actions, or does not belong to the user {action['user_name']}"
            )
