"""Asks the worker for a ticket, which uses it up, and tells it what came of it."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from .outcome import Outcome
from .places import log
from .refusal import Refusal, WorkerRefused, WorkerUnusable, printable

_MOST_BYTES = 1024 * 1024
# The page then waits for the report, instead of calling it started.
_WILL_REPORT = {"Kitsu-Report": "1"}
_AGAIN = "Run the action in Kitsu again."
_REFUSALS = {
    403: ("not-yours", "The ticket is another person's."),
    404: ("unknown-ticket", f"The ticket has expired. {_AGAIN}"),
    410: ("used-ticket", f"The ticket was used already. {_AGAIN}"),
}


class _NoRedirect(HTTPRedirectHandler):
    """Where a redirect leads is not in the list of allowed origins. Without a new request, it ends as an HTTPError."""

    def redirect_request(self, *_: Any) -> None:
        return None


def take(url: str, person: str | None, timeout: float = 10) -> Any:
    """The ticket as the worker wrote it, not checked yet."""
    until = time.monotonic() + timeout
    try:
        with build_opener(_NoRedirect).open(Request(url, headers={**_headers(person), **_WILL_REPORT}), timeout=timeout) as answer:
            body = _read(answer, until)
    except HTTPError as error:
        with error:
            raise _refusal(error, until) from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise WorkerUnusable("unreachable", f"The worker can't be reached: {printable(str(reason))}.") from None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise WorkerUnusable(
            "not-json", "What the worker answered is not JSON. Is there a page in front of it that asks for a login?"
        ) from None


def report(url: str, person: str | None, outcome: Outcome, timeout: float = 5) -> None:
    """What came of the ticket at `url`. It is done by then: a worker that does not want to know changes nothing."""
    body = json.dumps({"state": outcome.state, "text": printable(outcome.text, 500)}).encode()
    headers = {**_headers(person), "Content-Type": "application/json"}
    try:
        with build_opener(_NoRedirect).open(Request(f"{url}/report", body, headers), timeout=timeout):
            pass
    except HTTPError as error:
        error.close()
        log.warning("the worker did not take the report: status %d", error.code)
    except (OSError, http.client.HTTPException) as error:
        log.warning("the worker did not take the report: %s", printable(str(getattr(error, "reason", error))))


def _headers(person: str | None) -> dict[str, str]:
    headers = {"Accept": "application/json", "User-Agent": "kitsu-actions-handler/1"}
    if person is not None:
        headers["Kitsu-Person"] = person
    return headers


def _read(answer: Any, until: float) -> bytes:
    """A little at a time: the timeout of a socket begins again with every byte."""
    body = b""
    while piece := answer.read1(65_536):
        body += piece
        if len(body) > _MOST_BYTES:
            raise WorkerUnusable("too-large", "The worker's answer is larger than a ticket can be.")
        if time.monotonic() > until:
            raise WorkerUnusable("too-slow", "The worker takes too long to answer.")
    return body


def _refusal(error: HTTPError, until: float) -> Refusal:
    if 300 <= error.code < 400:
        return WorkerUnusable(
            "redirect",
            "The worker's answer leads elsewhere, and is not followed. Is there a page in front of it that asks for a login?",
        )
    code, text = _REFUSALS.get(error.code, (f"http-{error.code}", f"The worker answered with status {error.code}."))
    try:
        reply = json.loads(_read(error, until))["reply"]
        said = [printable(reply[part]) for part in ("title", "text", "advice") if isinstance(reply.get(part), str)]
    except (OSError, http.client.HTTPException, ValueError, RecursionError, LookupError, TypeError, AttributeError, WorkerUnusable):
        said = []
    if said:
        text = "The worker says: " + " ".join(part if part.endswith((".", "!", "?")) else part + "." for part in said if part)
    return (WorkerRefused if error.code in _REFUSALS else WorkerUnusable)(code, text)
