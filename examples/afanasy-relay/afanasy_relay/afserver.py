"""afserver's raw protocol: `AFANASY <bytes> JSON`, the JSON, and an answer in the same form.

One connection per message.
"""

from __future__ import annotations

import re
import socket
import time

_HEAD = re.compile(rb"AFANASY (\d{1,9}) JSON")
_HEAD_MAX = 64


class UnansweredError(Exception):
    """
    `code` says what is known.

    - `unreachable`: nothing was sent
    - `closed`: the message was sent, but the connection ended without a complete answer; afserver
      may have crashed
    - `late`: the message was sent, but no complete answer came in time
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def exchange(address: tuple[str, int], message: bytes, seconds: float, answer_max_bytes: int) -> bytes:
    """Sends a message, and reads an answer of exactly the length that it declares."""
    until = time.monotonic() + seconds
    try:
        connection = socket.create_connection(address, timeout=seconds)
    except OSError as error:
        raise UnansweredError("unreachable", f"afserver can't be reached: {error.strerror or error}") from None
    with connection:
        try:
            # Nothing may be sent after the caller has given up: the caller could send it again.
            connection.settimeout(_seconds_left(until))
            connection.sendall(b"AFANASY %d JSON" % len(message) + message)
            return _read(connection, until, answer_max_bytes)
        except socket.timeout:
            raise UnansweredError("late", f"afserver did not answer within {seconds:g} seconds") from None
        except OSError as error:
            raise UnansweredError("closed", f"afserver ended the connection: {error.strerror or error}") from None


def _read(connection: socket.socket, until: float, most: int) -> bytes:
    received = b""
    head = None
    while head is None:
        if len(received) > _HEAD_MAX:
            raise UnansweredError("closed", "the answer is not from afserver")
        received += _receive(connection, until)
        head = _HEAD.match(received)
    length = int(head[1])
    if length > most:
        raise UnansweredError("closed", f"afserver's answer has {length} bytes, more than {most}")
    parts = [received[head.end() :]]
    size = len(parts[0])
    while size < length:
        parts.append(_receive(connection, until))
        size += len(parts[-1])
    return b"".join(parts)[:length]


def _seconds_left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise socket.timeout
    return left


def _receive(connection: socket.socket, until: float) -> bytes:
    connection.settimeout(_seconds_left(until))
    part = connection.recv(65536)
    if part == b"":
        raise UnansweredError("closed", "afserver closed the connection without a complete answer: it may have crashed")
    return part
