"""Signed requests to the action server: reports of a run, and the rest of a long selection."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from typing import Any, Literal, Optional

from .json_members import parse_object, read_object, read_text
from .reply import Failed
from .signature import Signer

_TIMEOUT_S = 20
_ANSWER_MAX_BYTES = 4 * 1024 * 1024
_GET_WAITS_S = (1, 3)

#: What became of a report. `early`: the action server does not have the answer to the call yet. `stale`: it was
#: received before, or a newer one was. `over`: the run has ended. `unreachable`: it may arrive later.
Verdict = Literal["taken", "early", "stale", "over", "refused", "unreachable"]


@dataclass(frozen=True)
class ReportAnswer:
    verdict: Verdict
    #: for the log
    text: str = ""
    #: in seconds, from Retry-After
    wait: Optional[float] = None


class WorkerClient:
    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        # A redirect would turn the POST into a GET.
        self._opener = urllib.request.build_opener(_NoRedirects)

    def report(self, url: str, message_id: str, at: int, body: str) -> ReportAnswer:
        headers = {"content-type": "application/json", **self._signer.sign(message_id, at, body)}
        status, text, wait = self._send(urllib.request.Request(url, body.encode(), headers, method="POST"))
        answer = parse_object(text) or {}
        code = read_text(read_object(answer, "reply"), "code") or read_text(answer, "code")
        return ReportAnswer(_judge(status, code), f"{status or 'no answer'}: {text[:500]}", wait)

    def get(self, url: str, run_id: str) -> dict[str, Any]:
        """Raises Failed if there is no answer, or the run is over."""
        for wait in (*_GET_WAITS_S, None):
            headers = self._signer.sign(f"{run_id}-{uuid.uuid4().hex}", int(time.time()), "")
            status, text, _ = self._send(urllib.request.Request(url, headers=headers))
            if status == 200:
                return parse_object(text) or {}
            if (400 <= status < 500 and status != 429) or wait is None:
                break
            time.sleep(wait)
        if status in (404, 410):
            raise Failed("tasks-gone", "The action server no longer has the list of the tasks", retry=True, status=502)
        reason = f"It answered with status {status}." if status else "It can't be reached."
        raise Failed(
            "tasks-unreadable", "The tasks can't be read from the action server", reason, retry=True, status=502
        )

    def _send(self, request: urllib.request.Request) -> tuple[int, str, Optional[float]]:
        """The status, the body and Retry-After. The status is 0 if there is no complete answer."""
        request.add_header("user-agent", "kitsu-actions-python")
        try:
            try:
                response = self._opener.open(request, timeout=_TIMEOUT_S)
            except urllib.error.HTTPError as error:
                response = error
            with response:
                text = response.read(_ANSWER_MAX_BYTES).decode(errors="replace")
                wait = response.headers.get("retry-after", "")
                return response.status or 0, text, float(wait) if wait.isdigit() else None
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error), None


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _judge(status: int, code: Optional[str]) -> Verdict:
    if 200 <= status < 300:
        return "taken"
    if status == 404 and code == "report-early":
        return "early"
    if status == 409:
        return "over" if code == "run-over" else "stale"
    # 404: also that of a proxy during a deployment.
    return "refused" if status in (400, 401, 403, 413, 422) else "unreachable"
