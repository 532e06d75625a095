"""Handles one request: the token, the size, the message, and afserver's answer.

Every error becomes an answer.
"""

from __future__ import annotations

import hmac
import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RD, SHUT_WR, socket
from typing import Any

from .afserver import UnansweredError, exchange
from .config import Config
from .message import RefusedError, check_target, read_message, write_message

log = logging.getLogger("afanasy-relay")

_STATUS = {"unreachable": 502, "closed": 502, "late": 504, "busy": 503}
_HEAD_SECONDS = 5
_LINGER_SECONDS = 0.5
_UNREAD_STATUSES = (400, 401, 404, 408, 411, 413)
# The length of afserver's answer about an unknown ID, which is shorter than any with jobs.
_ERROR_MAX_BYTES = 80
_USERS = {"get": {"type": "users"}}


class RequestError(Exception):
    """The request is answered with this status and text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Relay(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 32

    def __init__(self, config: Config) -> None:
        self.config = config
        self._slots = threading.BoundedSemaphore(config.connections)
        super().__init__(config.listen, _Request)

    def process_request(self, request: socket, client_address: Any) -> None:
        """Starts a thread, up to a limit. Further requests wait for a while, and then get 503."""
        if self._slots.acquire(timeout=self.config.busy_seconds):
            super().process_request(request, client_address)
            return
        log.warning("%s busy 503", client_address[0])
        try:
            body = _error("the relay is busy", "busy")
            head = (
                "HTTP/1.1 503 Busy\r\nConnection: close\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            request.settimeout(_LINGER_SECONDS)
            request.sendall(head.encode("ascii") + body)
            _linger(request)
        except OSError:
            pass
        finally:
            self.shutdown_request(request)

    def process_request_thread(self, request: socket, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._slots.release()

    def handle_error(self, request: socket, client_address: Any) -> None:
        log.exception("%s internal error", client_address[0])


class _Request(BaseHTTPRequestHandler):
    server: Relay
    protocol_version = "HTTP/1.1"
    server_version = "afanasy-relay"
    sys_version = ""
    timeout = _HEAD_SECONDS

    def handle(self) -> None:
        """Limits the time for the whole head, not only for each piece.

        A slow client without a token could block a slot.
        """
        self._head_timer = threading.Timer(self.timeout, _stop_reading, (self.connection,))
        self._head_timer.daemon = True
        self._head_timer.start()
        try:
            super().handle()
        finally:
            self._head_timer.cancel()

    def do_POST(self) -> None:
        self._answer(self._relay)

    def do_GET(self) -> None:
        self._answer(self._health)

    def log_message(self, format: str, *args: Any) -> None:
        """Disables the library's log, which has the path and perhaps more.

        Each request gets one line of our own.
        """

    def _answer(self, work: Any) -> None:
        self._head_timer.cancel()
        began = time.monotonic()
        self.close_connection = True
        self._summary = self.command
        try:
            self._authorize()
            status, body = 200, work()
        except RequestError as stopped:
            status, body = stopped.status, _error(str(stopped))
        except RefusedError as refused:
            self._summary += f": {refused}" + (f": {refused.detail}" if refused.detail else "")
            status, body = 403, _error(str(refused))
        except UnansweredError as unanswered:
            self._summary += f": {unanswered}"
            status, body = _STATUS[unanswered.code], _error(str(unanswered), unanswered.code)
        except OSError:
            status, body = 408, _error("the message did not arrive")
        except Exception:
            log.exception("internal error")
            status, body = 500, _error("internal error of the relay; see its log")
        log.info(
            "%s %s %d %dms",
            self.client_address[0],
            _printable(self._summary),
            status,
            (time.monotonic() - began) * 1000,
        )
        self._send(status, body)

    def _authorize(self) -> None:
        authorization = self.headers.get("Authorization", "").encode("utf-8", "replace")
        if not any(hmac.compare_digest(authorization, b"Bearer " + token) for token in self.server.config.tokens):
            raise RequestError(401, "the token is missing or wrong")

    def _relay(self) -> bytes:
        if self.path != "/":
            raise RequestError(404, "not found; send messages to /")
        body = self._read_body()
        declared = self.headers.get("AFANASY")
        # A tunnel may drop this header. If it is there, it must be correct.
        if declared is not None and declared != str(len(body)):
            raise RequestError(400, "the header AFANASY does not match the length of the message")
        message, self._summary = read_message(body, self.server.config)
        if "action" in message:
            asked = {"type": "jobs", "ids": message["action"]["ids"], "mode": "full"}
            answer = self._ask({"get": asked})
            if b'"Invalid ID"' in answer[:_ERROR_MAX_BYTES]:
                return answer
            check_target(message["action"], answer)
        return self._ask(message)

    def _health(self) -> bytes:
        if self.path != "/health":
            raise RequestError(404, "not found")
        self._summary = "health"
        users = json.loads(self._ask(_USERS).decode("utf-8", "replace"), strict=False).get("users", [])
        return json.dumps({"afserver": "answers", "users": len(users)}).encode("ascii")

    def _ask(self, message: dict[str, Any]) -> bytes:
        config = self.server.config
        return exchange(config.afserver, write_message(message), config.answer_seconds, config.answer_max_bytes)

    def _read_body(self) -> bytes:
        until = time.monotonic() + self.server.config.body_seconds
        max_bytes = self.server.config.message_max_bytes
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks(max_bytes, until)
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            raise RequestError(411, "the length of the message is missing")
        if len(length) > 12 or int(length) > max_bytes:
            raise RequestError(413, f"the message has more than {max_bytes} bytes")
        return self._read_exactly(int(length), until)

    def _read_chunks(self, max_bytes: int, until: float) -> bytes:
        """Tunnels may split a message into chunks. afserver would read their lengths as JSON."""
        body = b""
        while True:
            head = self.rfile.readline(80).split(b";")[0].strip()
            try:
                size = int(head, 16) if head.isalnum() else -1
            except ValueError:
                size = -1
            if size < 0:
                raise RequestError(400, "the chunks of the message can't be read")
            if len(body) + size > max_bytes:
                raise RequestError(413, f"the message has more than {max_bytes} bytes")
            body += self._read_exactly(size, until)
            self.rfile.readline(80)
            if size == 0:
                return body

    def _read_exactly(self, size: int, until: float) -> bytes:
        body = b""
        while len(body) < size:
            if time.monotonic() > until:
                raise RequestError(408, "the message did not arrive in time")
            part = self.rfile.read1(size - len(body))
            if part == b"":
                raise RequestError(400, "the message is shorter than its declared length")
            body += part
        return body

    def _send(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
            if status in _UNREAD_STATUSES:
                _linger(self.connection)
        except OSError:
            pass  # the client has closed the connection


def _stop_reading(connection: socket) -> None:
    try:
        connection.shutdown(SHUT_RD)
    except OSError:
        pass  # the connection is closed


def _linger(connection: socket) -> None:
    """Reads the rest.

    Closing a connection with unread data would discard the answer that is on its way.
    """
    until = time.monotonic() + _LINGER_SECONDS
    connection.shutdown(SHUT_WR)
    connection.settimeout(_LINGER_SECONDS)
    while time.monotonic() < until and connection.recv(65536) != b"":
        pass


def _error(text: str, code: str | None = None) -> bytes:
    """An error in afserver's format.

    `relay` is set if the message was allowed, but not delivered or not answered.
    """
    return json.dumps({"info": {"kind": "error", "text": text}, **({"relay": code} if code else {})}).encode("ascii")


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[:1_000])
