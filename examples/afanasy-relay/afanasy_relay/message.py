"""What may be said to afserver. An invalid job ends that server, so a message is let through when each part of it is known, and not otherwise."""

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
# 1 is the server's own, which runs its commands and those of its service of events.
_FIRST_JOB = 2
# Of what is rendered already, of lost machines, of suspended tasks. The others want members that are not let through, and may end afserver without.
_FLAGS = _NUMERIC | 32 | 64 | 128 | 256 | 1024
# afserver makes a folder of a name, with a number before it and perhaps one behind it. File systems have 255.
_NAME_MAX_BYTES = 200

Check = Callable[[Any, str], None]


class Refused(Exception):
    """The message is not let through: why, in a sentence without its full stop. `detail` is for the log alone."""

    def __init__(self, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.detail = detail


def read_message(body: bytes, config: Config) -> tuple[dict[str, Any], str]:
    """The message, and what it is in a few words for the log."""
    try:
        message = json.loads(body.decode("utf-8"), parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Refused(f"the message is not JSON as it is needed: {error}") from None
    if not isinstance(message, dict) or len(message) != 1:
        raise Refused("the message must be an object with one member: job, get or action")
    [(kind, value)] = message.items()
    if kind == "job":
        return message, _check_job(value, config)
    if kind == "get":
        return message, _check_get(value)
    if kind == "action":
        return message, _check_action(value, config)
    raise Refused(f"“{kind}” is not let through")


def write_message(message: Mapping[str, Any]) -> bytes:
    """Written anew, so that what was checked and what is sent can't be two things. It is ASCII: as many bytes as characters."""
    return json.dumps(message, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii")


def _no_float(text: str) -> Any:
    raise ValueError(f"{text} is no integer, and afserver takes no others")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a member is listed twice")
    return table


def _text(value: Any, name: str) -> None:
    if not isinstance(value, str):
        raise Refused(f"{name} must be a text")
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refused(f"{name} has what is no character")


def _filled(value: Any, name: str) -> None:
    _text(value, name)
    if value == "":
        raise Refused(f"{name} is empty")


def _bare(value: Any, name: str) -> None:
    """afserver writes these into its answers without escaping them, and from then on nobody can read its list of jobs."""
    _filled(value, name)
    if re.search(r'["\\\x00-\x1f\x7f-\x9f]', value) is not None:
        raise Refused(f"{name} has a quote, a backslash or a control character")


def _plain(value: Any, name: str) -> None:
    _filled(value, name)
    if re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", value) is None:
        raise Refused(f"{name} may have letters, digits, “_”, “.” and “-” only, a hundred at most")


def _title(value: Any, name: str) -> None:
    """The farm's service of events puts the name of a job into commands, in double quotes; and others may do so."""
    _bare(value, name)
    if re.search(r"['`$;&|<>]", value) is not None:
        raise Refused(f"{name} has a character that means something to a shell")
    if len(value.encode("utf-8")) > _NAME_MAX_BYTES:
        raise Refused(f"{name} has more than {_NAME_MAX_BYTES} bytes")


def _marks(value: Any, name: str) -> None:
    """What a job says of itself to scripts. The farm's service of events makes commands of lists and objects in there."""
    _text(value, name)
    try:
        table = json.loads(value, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Refused(f"{name} is not JSON") from None
    words = [*table.keys(), *table.values()] if isinstance(table, dict) else [None]
    if not all(isinstance(word, str) and re.fullmatch(r"[A-Za-z0-9_ ./:-]*", word) for word in words):
        raise Refused(f"{name} must be an object of plain words")


def _inside(value: Any, name: str) -> None:
    """A pattern that allows a folder, dots and slashes would allow every folder."""
    _filled(value, name)
    if _UPWARDS.search(value) is not None:
        raise Refused(f"{name} has “..”, which leads out of the folders that are allowed")


_UPWARDS = re.compile(r"(?<![\w.])\.\.(?![\w.])")


def _path(value: Any, name: str) -> None:
    """Farms make thumbnails of files, and put their names into commands of their own."""
    _inside(value, name)
    for character in value:
        if re.fullmatch(r"[A-Za-z0-9_ ./:@#-]", character) is None and not _is_letter(character):
            raise Refused(f"{name} has a character that no path may have: {ascii(character)}")


def _is_letter(character: str) -> bool:
    """Letters of all languages, except those that some Windows turns into quotes, bars and the like of a shell."""
    return unicodedata.category(character) in _LETTERS and _LOOKALIKES.fullmatch(character) is None


_LETTERS = ("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd")
# As worker/launch/plain-letters.ts has them.
_LOOKALIKES = re.compile("[\u01c0-\u01c3\u02b0-\u036f\u0374\u037a\u0559]")


def _integer(least: int, most: int = _INTEGER_MAX) -> Check:
    def check(value: Any, name: str) -> None:
        if type(value) is not int or not least <= value <= most:
            raise Refused(f"{name} must be an integer from {least} to {most}")

    return check


def _one_of(*words: str) -> Check:
    def check(value: Any, name: str) -> None:
        if value not in words:
            raise Refused(f"{name} must be {' or '.join(words)}")

    return check


def _flag(value: Any, name: str) -> None:
    if not isinstance(value, bool):
        raise Refused(f"{name} must be true or false")


def _list(check: Check, most: int = _LIST_MAX) -> Check:
    def check_all(value: Any, name: str) -> None:
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            raise Refused(f"{name} must be a list of 1 to {most}")
        for index, one in enumerate(value):
            check(one, f"{name}.{index}")

    return check_all


def _table(check: Check) -> Check:
    def check_all(value: Any, name: str) -> None:
        if not isinstance(value, dict) or len(value) > _LIST_MAX:
            raise Refused(f"{name} must be an object")
        for key, one in value.items():
            _bare(key, name)
            check(one, f"{name}.{key}")

    return check_all


_COUNT = _integer(0)
_BYTE = _integer(0, 127)
_ANY = _integer(-_INTEGER_MAX)

# Whatever is not here is not let through: command_pre and command_post run on the server itself.
_JOB: dict[str, Check] = {
    "name": _title, "user_name": _plain, "host_name": _plain, "priority": _integer(0, 250), "offline": _flag,
    "description": _text, "annotation": _text, "custom_data": _marks, "project": _text, "department": _text, "branch": _bare,
    "folders": _table(_path), "max_running_tasks": _integer(-1), "max_running_tasks_per_host": _integer(-1),
    "hosts_mask": _filled, "hosts_mask_exclude": _filled, "hosts_mask_type": _one_of("find", "regex"), "need_os": _filled, "need_properties": _filled,
    "time_life": _integer(1), "pools": _table(_COUNT),
}  # fmt: skip
_BLOCK: dict[str, Check] = {
    "name": _title, "service": _bare, "parser": _plain, "command": _inside, "working_directory": _path,
    "files": _list(_path), "tasks_name": _title, "custom_data": _title, "flags": _COUNT, "sequential": _ANY,
    "capacity": _integer(1), "need_memory": _COUNT, "need_hdd": _COUNT, "need_power": _COUNT, "need_gpu_mem_mb": _COUNT,
    "need_cpu_cores": _COUNT, "errors_retries": _BYTE, "errors_avoid_host": _BYTE, "errors_task_same_host": _BYTE,
    "errors_forgive_time": _COUNT, "task_max_run_time": _COUNT, "task_min_run_time": _COUNT,
    "environment": _table(_text), "tickets": _table(_COUNT),
}  # fmt: skip
_FRAMES: dict[str, Check] = {"frame_first": _ANY, "frame_last": _ANY, "frames_per_task": _integer(1), "frames_inc": _integer(1)}
_GET: dict[str, Check] = {
    "ids": _list(_integer(1)), "serials": _list(_integer(1, 2**53)), "users": _list(_plain), "mode": _filled,
    "block_ids": _list(_COUNT, 1), "task_ids": _list(_COUNT, 1),
}  # fmt: skip


def _members(value: Any, name: str, known: Mapping[str, Check], needed: tuple[str, ...], also: tuple[str, ...] = ()) -> None:
    if not isinstance(value, dict):
        raise Refused(f"{name} must be an object")
    for key in needed:
        if key not in value:
            raise Refused(f"{name}.{key} is missing")
    for key, one in value.items():
        if key in known:
            known[key](one, f"{name}.{key}")
        elif key not in also:
            raise Refused(f"{name}.{key} is not let through")


def _check_job(job: Any, config: Config) -> str:
    _members(job, "job", _JOB, ("name", "user_name", "host_name", "blocks"), ("blocks",))
    _list(lambda block, name: _check_block(block, name, config))(job["blocks"], "job.blocks")
    services = sorted({block["service"] for block in job["blocks"]})
    return f"job “{job['name']}” of {job['user_name']}, {', '.join(services)}"


def _check_block(block: Any, name: str, config: Config) -> None:
    if isinstance(block, dict) and "tasks" in block:
        # A task's own words go into the command where we can't see them together.
        raise Refused(f"{name}.tasks is not let through: use frames")
    _members(block, name, {**_BLOCK, **_FRAMES}, ("name", "service", "command", "flags", *_FRAMES))
    if not block["flags"] & _NUMERIC:
        raise Refused(f"{name}.flags must have the numeric flag")
    if block["flags"] & ~_FLAGS:
        raise Refused(f"{name}.flags has one that is not let through")
    if block["frame_last"] < block["frame_first"]:
        raise Refused(f"{name} ends before its first frame")
    if (block["frame_last"] - block["frame_first"]) // block["frames_inc"] // block["frames_per_task"] >= _TASKS_MAX:
        raise Refused(f"{name} has more than {_TASKS_MAX} tasks")
    patterns = config.services.get(block["service"])
    if patterns is None:
        raise Refused(f"the service “{block['service']}” is not in “services”")
    if not any(pattern.fullmatch(block["command"]) for pattern in patterns):
        raise Refused(f"the command of {name} matches no pattern in “services.{block['service']}”", block["command"])
    for variable in block.get("environment", {}):
        if variable not in config.environment:
            raise Refused(f"the variable “{variable}” is not in “environment”")


def _check_get(get: Any) -> str:
    if not isinstance(get, dict) or get.get("type") not in ("users", "renders", "jobs"):
        raise Refused("get.type must be users, renders or jobs")
    if get["type"] != "jobs":
        _members(get, "get", {}, (), ("type",))
        return f"get {get['type']}"
    _members(get, "get", _GET, (), ("type",))
    mode = get.get("mode", "full")
    if mode not in ("full", "progress", "error_hosts", "output", "log"):
        raise Refused("get.mode must be full, progress, error_hosts, output or log")
    chosen = [key for key in ("ids", "serials", "users") if key in get]
    if len(chosen) != 1:
        raise Refused("get must say which jobs, by ids, serials or users")
    is_of_task = mode in ("output", "log")
    if ("block_ids" in get, "task_ids" in get) != (is_of_task, is_of_task):
        raise Refused("get.block_ids and get.task_ids are for the output and the log of one task")
    if mode in ("error_hosts", "output", "log") and (chosen != ["ids"] or len(get["ids"]) != 1):
        raise Refused(f"get.mode {mode} is for one job, by its id")
    if is_of_task:
        return f"get {mode} of task {get['block_ids'][0]}.{get['task_ids'][0]} of job {get['ids'][0]}"
    return f"get {len(get[chosen[0]])} jobs by {chosen[0]}"


def _check_action(action: Any, config: Config) -> str:
    known: dict[str, Check] = {"user_name": _plain, "host_name": _plain, "ids": _list(_integer(_FIRST_JOB))}
    _members(action, "action", known, (*known, "type"), ("type", "operation", "params"))
    if action["type"] != "jobs":
        raise Refused("action.type must be jobs")
    if ("operation" in action) == ("params" in action):
        raise Refused("action must have operation or params")
    if "params" in action:
        _members(action["params"], "action.params", {"annotation": _text}, ("annotation",))
        return f"annotate {action['ids']} of {action['user_name']}"
    _members(action["operation"], "action.operation", {"type": _filled}, ("type",))
    operation = action["operation"]["type"]
    if operation not in config.operations:
        raise Refused(f"the operation “{operation}” is not in “operations”")
    return f"{operation} {action['ids']} of {action['user_name']}"


def check_target(action: Mapping[str, Any], answer: bytes) -> None:
    """Who has the token may do something to jobs that came from Kitsu Actions, by their own users, and to no others. `answer` are the jobs, whole."""
    try:
        jobs = json.loads(answer.decode("utf-8", "replace"), strict=False).get("jobs", [])
        ours = {job["id"] for job in jobs if job["user_name"] == action["user_name"] and "kitsu_mark" in json.loads(job["custom_data"])}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        ours = set()
    for one in action["ids"]:
        if one not in ours:
            raise Refused(f"job {one} did not come from Kitsu Actions, or is not of the user {action['user_name']}")
