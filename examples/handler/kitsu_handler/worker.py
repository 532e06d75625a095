"""Fetches a ticket from the worker, which uses it up, and reports the outcome."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from .errors import HandlerError, WorkerRefusedError, WorkerUnusableError, printable
from .locations import log
from .outcome import Outcome

_ANSWER_MAX_BYTES = 1024 * 1024
# With this header, the page waits for the report instead of assuming that the application has
# started.
_WILL_REPORT = {"Kitsu-Report": "1"}
_AGAIN = "Run the action in Kitsu again."
_REFUSALS = {
    403: ("not-yours", "The ticket is for another person."),
    404: ("unknown-ticket", f"The ticket has expired. {_AGAIN}"),
    410: ("used-ticket", f"The ticket has already been used. {_AGAIN}"),
}


class _NoRedirect(HTTPRedirectHandler):
    """Redirects could leave the allowed origins. Returning None turns them into an HTTPError."""

    def redirect_request(self, *_: Any) -> None:
        return None


def fetch_ticket(url: str, person: str | None, timeout: float = 10) -> Any:
    """Returns the worker's answer, not checked yet."""
    until = time.monotonic() + timeout
    try:
        with build_opener(_NoRedirect).open(
            Request(url, headers={**_headers(person), **_WILL_REPORT}), timeout=timeout
        ) as answer:
            body = _read(answer, until)
    except HTTPError as error:
        with error:
            raise _refusal(error, until) from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise WorkerUnusableError("unreachable", f"The worker can't be reached: {printable(str(reason))}.") from None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise WorkerUnusableError("not-json", "The worker's answer is not JSON. Is it behind a login page?") from None


def report(url: str, person: str | None, outcome: Outcome, timeout: float = 5) -> None:
    """Reports the outcome of the ticket at `url`.

    Failures are only logged, because the work is done.
    """
    body = json.dumps({"state": outcome.state, "text": printable(outcome.text, 500)}).encode()
    headers = {**_headers(person), "Content-Type": "application/json"}
    try:
        with build_opener(_NoRedirect).open(Request(f"{url}/report", body, headers), timeout=timeout):
            pass
    except HTTPError as error:
        error.close()
        log.warning("the worker did not accept the report: status %d", error.code)
    except (OSError, http.client.HTTPException) as error:
        log.warning("the worker did not accept the report: %s", printable(str(getattr(error, "reason", error))))


def _headers(person: str | None) -> dict[str, str]:
    headers = {"Accept": "application/json", "User-Agent": "kitsu-actions-handler/1"}
    if person is not None:
        headers["Kitsu-Person"] = person
    return headers


def _read(answer: Any, until: float) -> bytes:
    """Reads in pieces, because the timeout of a socket starts again with every byte."""
    body = b""
    while piece := answer.read1(65_536):
        body += piece
        if len(body) > _ANSWER_MAX_BYTES:
            raise WorkerUnusableError("too-large", "The worker's answer is too large for a ticket.")
        if time.monotonic() > until:
            raise WorkerUnusableError("too-slow", "The worker took too long to answer.")
    return body


def _refusal(error: HTTPError, until: float) -> HandlerError:
    if 300 <= error.code < 400:
        return WorkerUnusableError(
            "redirect",
            "The worker redirects to another address, which is not followed. Is it behind a login page?",
        )
    code, text = _REFUSALS.get(error.code, (f"http-{error.code}", f"The worker answered with status {error.code}."))
    try:
        reply = json.loads(_read(error, until))["reply"]
        messages = [printable(reply[part]) for part in ("title", "text", "advice") if isinstance(reply.get(part), str)]
    except (
        OSError,
        http.client.HTTPException,
        ValueError,
        RecursionError,
        LookupError,
        TypeError,
        AttributeError,
        WorkerUnusableError,
    ):
        messages = []
    if messages:
        text = "The worker answered: " + " ".join(
            part if part.endswith((".", "!", "?")) else part + "." for part in messages if part
        )
    return (WorkerRefusedError if error.code in _REFUSALS else WorkerUnusableError)(code, text)
