"""One request: the token, the size, what it says, afserver's answer. Whatever goes wrong is an answer; the relay goes on."""

from __future__ import annotations

import hmac
import json
import logging
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RD, SHUT_WR, socket
from typing import Any

from .afserver import Unanswered, exchange
from .config import Config
from .message import Refused, check_target, read_message, write_message

log = logging.getLogger("afanasy-relay")

_STATUS = {"unreachable": 502, "closed": 502, "late": 504, "busy": 503}
_HEAD_SECONDS = 5
_LINGER_SECONDS = 0.5
_UNREAD = (400, 401, 404, 408, 411, 413)
# afserver's answer about an id that it does not have.
_ERROR_MAX = 80
_USERS = {"get": {"type": "users"}}


class Stopped(Exception):
    """The request ends with this status, and this sentence."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Relay(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 32

    def __init__(self, config: Config) -> None:
        self.config = config
        self._places = threading.BoundedSemaphore(config.connections)
        super().__init__(config.listen, _Request)

    def process_request(self, request: socket, client_address: Any) -> None:
        """A thread for each, but no more than so many: the others wait in line, and are told to come again if that takes too long."""
        if self._places.acquire(timeout=self.config.busy_seconds):
            super().process_request(request, client_address)
            return
        log.warning("%s busy 503", client_address[0])
        try:
            body = _error("the relay has no place free", "busy")
            head = (
                f"HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
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
            self._places.release()

    def handle_error(self, request: socket, client_address: Any) -> None:
        log.exception("%s a fault of the relay", client_address[0])


class _Request(BaseHTTPRequestHandler):
    server: Relay
    protocol_version = "HTTP/1.1"
    server_version = "afanasy-relay"
    sys_version = ""
    timeout = _HEAD_SECONDS

    def handle(self) -> None:
        """The head has its time as a whole, not only each piece of it: what trickles in would keep a place without a token."""
        self._patience = threading.Timer(self.timeout, _stop_reading, (self.connection,))
        self._patience.daemon = True
        self._patience.start()
        try:
            super().handle()
        finally:
            self._patience.cancel()

    def do_POST(self) -> None:
        self._answer(self._relay)

    def do_GET(self) -> None:
        self._answer(self._health)

    def log_message(self, format: str, *args: Any) -> None:
        """What the library would say has the path and can have more; the one line of a request is ours."""

    def _answer(self, work: Any) -> None:
        self._patience.cancel()
        began = time.monotonic()
        self.close_connection = True
        self._said = self.command
        try:
            self._authorize()
            status, body = 200, work()
        except Stopped as stopped:
            status, body = stopped.status, _error(str(stopped))
        except Refused as refused:
            self._said += f": {refused}" + (f": {refused.detail}" if refused.detail else "")
            status, body = 403, _error(str(refused))
        except Unanswered as unanswered:
            self._said += f": {unanswered}"
            status, body = _STATUS[unanswered.code], _error(str(unanswered), unanswered.code)
        except OSError:
            status, body = 408, _error("the message did not arrive")
        except Exception:
            log.exception("a fault of the relay")
            status, body = 500, _error("a fault of the relay: its log says more")
        log.info("%s %s %d %dms", self.client_address[0], _printable(self._said), status, (time.monotonic() - began) * 1000)
        self._send(status, body)

    def _authorize(self) -> None:
        given = self.headers.get("Authorization", "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, b"Bearer " + self.server.config.token):
            raise Stopped(401, "the token is missing or wrong")

    def _relay(self) -> bytes:
        if self.path != "/":
            raise Stopped(404, "there is nothing here: send messages to /")
        body = self._read_body()
        counted = self.headers.get("AFANASY")
        # A tunnel may drop this header; one that is there must be right.
        if counted is not None and counted != str(len(body)):
            raise Stopped(400, "the header AFANASY says another length than the message has")
        message, self._said = read_message(body, self.server.config)
        if "action" in message:
            asked = {"type": "jobs", "ids": message["action"]["ids"], "mode": "full"}
            answer = self._ask({"get": asked})
            if b'"Invalid ID"' in answer[:_ERROR_MAX]:
                return answer
            check_target(message["action"], answer)
        return self._ask(message)

    def _health(self) -> bytes:
        if self.path != "/health":
            raise Stopped(404, "there is nothing here")
        self._said = "health"
        users = json.loads(self._ask(_USERS).decode("utf-8", "replace"), strict=False).get("users", [])
        return json.dumps({"afserver": "answers", "users": len(users)}).encode("ascii")

    def _ask(self, message: dict[str, Any]) -> bytes:
        config = self.server.config
        return exchange(config.afserver, write_message(message), config.answer_seconds, config.answer_max_bytes)

    def _read_body(self) -> bytes:
        until = time.monotonic() + self.server.config.body_seconds
        most = self.server.config.message_max_bytes
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks(most, until)
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            raise Stopped(411, "the message's length is missing")
        if len(length) > 12 or int(length) > most:
            raise Stopped(413, f"the message has more than {most} bytes")
        return self._read_exactly(int(length), until)

    def _read_chunks(self, most: int, until: float) -> bytes:
        """Tunnels may send what they got in one piece in several. afserver would take their lengths for JSON."""
        body = b""
        while True:
            head = self.rfile.readline(80).split(b";")[0].strip()
            try:
                size = int(head, 16) if head.isalnum() else -1
            except ValueError:
                size = -1
            if size < 0:
                raise Stopped(400, "the message's chunks can't be read")
            if len(body) + size > most:
                raise Stopped(413, f"the message has more than {most} bytes")
            body += self._read_exactly(size, until)
            self.rfile.readline(80)
            if size == 0:
                return body

    def _read_exactly(self, size: int, until: float) -> bytes:
        body = b""
        while len(body) < size:
            if time.monotonic() > until:
                raise Stopped(408, "the message did not arrive in time")
            part = self.rfile.read1(size - len(body))
            if part == b"":
                raise Stopped(400, "the message ends before its length")
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
            if status in _UNREAD:
                _linger(self.connection)
        except OSError:
            pass  # whoever asked has gone


def _stop_reading(connection: socket) -> None:
    try:
        connection.shutdown(SHUT_RD)
    except OSError:
        pass  # it has gone


def _linger(connection: socket) -> None:
    """Closed with something unread, a connection takes the answer back from whoever has not read it yet."""
    until = time.monotonic() + _LINGER_SECONDS
    connection.shutdown(SHUT_WR)
    connection.settimeout(_LINGER_SECONDS)
    while time.monotonic() < until and connection.recv(65536) != b"":
        pass


def _error(text: str, code: str | None = None) -> bytes:
    """As afserver says errors. `relay` is there where the message may have been right, and was not delivered or not answered."""
    return json.dumps({"info": {"kind": "error", "text": text}, **({"relay": code} if code else {})}).encode("ascii")


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text[:1_000])
