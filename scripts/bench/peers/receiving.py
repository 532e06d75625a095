"""Shared by both peers: what the worker does with a call, written as a Python programmer would.

It checks the origin and the fields, answers the same bytes, and writes the same record to a file
as a line of JSON.
"""

import json
import os
import re
import secrets
import time

KITSU = os.environ["KITSU_ORIGIN"]
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
KINDS = {"asset", "shot", "sequence", "edit", "episode", "concept", "all"}
SHOWN = (
    "accept",
    "accept-language",
    "content-length",
    "content-type",
    "origin",
    "referer",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "user-agent",
)
CORS = {
    "Cache-Control": "no-store",
    "Vary": "Origin",
    "Access-Control-Allow-Origin": KITSU,
    "Access-Control-Allow-Credentials": "true",
}

journal = open(os.environ["RUN_LOG"], "a", buffering=1, encoding="utf-8")


class Refused(Exception):
    """The call is refused with this HTTP status."""

    def __init__(self, status, code, text):
        super().__init__(text)
        self.status = status
        self.reply = {
            "version": 1,
            "reply": {"kind": "failed", "code": code, "title": "The call was refused", "text": text},
        }


def check_origin(origin):
    if origin != KITSU:
        raise Refused(403, "origin-not-allowed", "This page may not run actions.")


def parse_call(fields):
    if not isinstance(fields, dict):
        raise Refused(400, "invalid-call", "The body must be a JSON object.")
    selection = fields.get("selection")
    if not isinstance(selection, list):
        raise Refused(400, "invalid-call", "The field selection must be a list of task IDs.")
    for name in ("userid", "productionid"):
        if not is_uuid(fields.get(name)):
            raise Refused(400, "invalid-call", f"The field {name} must be a UUID.")
    email = fields.get("useremail")
    if not isinstance(email, str) or len(email) > 254 or not EMAIL.fullmatch(email):
        raise Refused(400, "invalid-call", "The field useremail must be an e-mail address.")
    if fields.get("entitytype") not in KINDS:
        raise Refused(400, "invalid-call", "The field entitytype is not a type of page in Kitsu.")
    for name in ("originurl", "originserver"):
        if not isinstance(fields.get(name), str) or len(fields[name]) > 2000:
            raise Refused(400, "invalid-call", f"The field {name} must be text.")
    for task in selection:
        if not is_uuid(task):
            raise Refused(400, "invalid-call", "The field selection must be a list of task IDs.")
    return {
        "dialect": "ajax",
        "person": {"id": fields["userid"].lower(), "email": email},
        "project": fields["productionid"].lower(),
        "selection": list(dict.fromkeys(task.lower() for task in selection)),
        "entityType": fields["entitytype"],
        "path": fields["originurl"],
        "server": fields["originserver"],
        "params": {},
        "ignored": [],
    }


def is_uuid(value):
    return isinstance(value, str) and UUID.fullmatch(value) is not None


def dump(value):
    """JSON as JavaScript writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def answer(base, path, headers, fields):
    """Writes the run to the log, and returns the answer to a call whose origin is allowed, as JSON."""
    at = time.time_ns() // 1_000_000
    call = parse_call(fields)
    run_id = secrets.token_hex(16)
    arrived = {
        "method": "POST",
        "path": path,
        "headers": [[name, headers[name]] for name in SHOWN if name in headers],
        "fields": [[name, value if isinstance(value, str) else dump(value)] for name, value in fields.items()],
    }
    write_record(run_id, at, call, arrived, describe(call, arrived, base, KEYS))
    run = {"id": run_id, "url": f"{base}/runs/{run_id}?at={at}"}
    return dump({"version": 1, "run": run, "reply": describe(call, arrived, base, TEXTS)})


def write_record(run_id, at, call, arrived, reply):
    person = call["person"]
    record = {
        "version": 2,
        "id": run_id,
        "at": at,
        "action": "debug",
        "tookMs": time.time_ns() // 1_000_000 - at,
        "status": 200,
        "person": {"trust": "unchecked", "id": person["id"], "name": person["email"]},
        "call": call,
        "arrived": arrived,
        "reply": reply,
        "deployedAtS": 0,
    }
    journal.write(dump(record) + "\n")


# The texts of the answer, in the reader's language.
TEXTS = {
    "title": lambda count: f"{count} tasks received",
    "text": 'The call used the dialect "ajax". Every field was recognized. '
    "The caller was not verified: this action server can't ask Kitsu.",
    "copyCall": "Copy the call as JSON",
    "parsedCall": "Parsed call",
    "receivedFields": "Received fields",
    "request": "Request",
    "name": "Name",
    "value": "Value",
    "field": "Field",
    "header": "Header",
    "doctor": "Doctor",
}

# The same for the log, which is read in any language.
KEYS = {name: {"key": f"debug.{name}"} for name in TEXTS}
KEYS["doctor"] = {"key": "doctor.title"}
KEYS["title"] = lambda count: {"key": "debug.received", "values": {"count": count}}
KEYS["text"] = {
    "key": "shared.sentences",
    "values": {
        "texts": [
            {"key": "debug.dialect", "values": {"dialect": "ajax"}},
            {"key": "debug.allRecognized"},
            {"key": "debug.unverified"},
        ]
    },
}


def describe(call, arrived, base, texts):
    request = [["method", arrived["method"]], ["path", arrived["path"]], *arrived["headers"]]
    return {
        "kind": "done",
        "severity": "info",
        "title": texts["title"](len(call["selection"])),
        "text": texts["text"],
        "links": [{"label": texts["doctor"], "url": f"{base}/doctor"}],
        "effects": [{"kind": "copy", "label": texts["copyCall"], "text": dump(call)}],
        "tables": [
            {"title": texts["parsedCall"], "columns": [texts["name"], texts["value"]], "rows": facts(call)},
            {"title": texts["receivedFields"], "columns": [texts["field"], texts["value"]], "rows": arrived["fields"]},
            {"title": texts["request"], "columns": [texts["header"], texts["value"]], "rows": request},
        ],
    }


def facts(call):
    return [
        ["dialect", call["dialect"]],
        ["person.id", call["person"]["id"]],
        ["person.email", call["person"]["email"]],
        *([name, call[name]] for name in ("project", "entityType", "path", "server")),
        *([f"selection[{index}]", task] for index, task in enumerate(call["selection"])),
    ]
