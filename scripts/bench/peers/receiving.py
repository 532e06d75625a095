"""Shared by both peers: what the worker does with a call, written as a Python programmer would.

It checks the origin and the fields, replies with what arrived, and writes the run to a file as a
line of JSON.
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
    "Origin",
    "Referer",
    "Content-Type",
    "Content-Length",
    "Accept",
    "Accept-Language",
    "User-Agent",
    "Sec-Fetch-Site",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Dest",
)
CORS = {"Vary": "Origin", "Access-Control-Allow-Origin": KITSU, "Access-Control-Allow-Credentials": "true"}

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
        "person": {"id": fields["userid"].lower(), "email": email},
        "project": fields["productionid"].lower(),
        "selection": list(dict.fromkeys(task.lower() for task in selection)),
        "entityType": fields["entitytype"],
        "path": fields["originurl"],
        "server": fields["originserver"],
    }


def is_uuid(value):
    return isinstance(value, str) and UUID.fullmatch(value) is not None


def answer(base, path, headers, fields):
    """Writes the run to the log, and returns the answer to a call whose origin is allowed."""
    at = time.time()
    call = parse_call(fields)
    run_id = secrets.token_hex(16)
    run = {"id": run_id, "url": f"{base}/runs/{run_id}"}
    arrived = {
        "method": "POST",
        "path": path,
        "headers": [[name, headers[name]] for name in SHOWN if name in headers],
        "fields": [[name, value if isinstance(value, str) else json.dumps(value)] for name, value in fields.items()],
    }
    reply = {
        "kind": "done",
        "severity": "info",
        "title": f"{len(call['selection'])} tasks received",
        "text": "Every field was recognized.",
        "tables": [
            {"title": "Parsed call", "columns": ["Name", "Value"], "rows": facts(call)},
            {"title": "Received fields", "columns": ["Field", "Value"], "rows": arrived["fields"]},
            {"title": "Request", "columns": ["Header", "Value"], "rows": arrived["headers"]},
        ],
        "effects": [
            {
                "kind": "copy",
                "label": "Copy the call as JSON",
                "text": json.dumps({"run": run, "call": call, "arrived": arrived}, indent=2),
            }
        ],
    }
    record = {"id": run_id, "at": at, "took": time.time() - at, "call": call, "arrived": arrived, "reply": reply}
    journal.write(json.dumps(record) + "\n")
    return {"version": 1, "run": run, "reply": reply}


def facts(call):
    return [
        ["person.id", call["person"]["id"]],
        ["person.email", call["person"]["email"]],
        *([name, call[name]] for name in ("project", "entityType", "path", "server")),
        *([f"selection[{index}]", task] for index, task in enumerate(call["selection"])),
    ]
