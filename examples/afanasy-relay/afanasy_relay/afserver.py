"""afserver, by its raw protocol: `AFANASY <bytes> JSON`, the JSON, and the answer in the same form. One connection a message."""

from __future__ import annotations

import re
import socket
import time

_HEAD = re.compile(rb"AFANASY (\d{1,9}) JSON")
_HEAD_MAX = 64


class Unanswered(Exception):
    """
    `code` says how much is known: `unreachable` nothing was sent; `closed` it was sent, and the connection ended without a whole answer: afserver may
    have ended because of it; `late` it was sent, and no whole answer came in time.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


def exchange(address: tuple[str, int], message: bytes, seconds: float, answer_max_bytes: int) -> bytes:
    """Sends, and reads exactly as many bytes as the answer says it has."""
    until = time.monotonic() + seconds
    try:
        connection = socket.create_connection(address, timeout=seconds)
    except OSError as error:
        raise Unanswered("unreachable", f"afserver can't be reached: {error.strerror or error}") from None
    with connection:
        try:
            # What is sent later than whoever asked waits for may be sent twice.
            connection.settimeout(_left(until))
            connection.sendall(b"AFANASY %d JSON" % len(message) + message)
            return _read(connection, until, answer_max_bytes)
        except socket.timeout:
            raise Unanswered("late", f"afserver did not answer within {seconds:g} seconds") from None
        except OSError as error:
            raise Unanswered("closed", f"afserver ended the connection: {error.strerror or error}") from None


def _read(connection: socket.socket, until: float, most: int) -> bytes:
    received = b""
    head = None
    while head is None:
        if len(received) > _HEAD_MAX:
            raise Unanswered("closed", "what answered is not afserver")
        received += _receive(connection, until)
        head = _HEAD.match(received)
    length = int(head[1])
    if length > most:
        raise Unanswered("closed", f"afserver answered {length} bytes, more than {most}")
    parts = [received[head.end() :]]
    size = len(parts[0])
    while size < length:
        parts.append(_receive(connection, until))
        size += len(parts[-1])
    return b"".join(parts)[:length]


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise socket.timeout
    return left


def _receive(connection: socket.socket, until: float) -> bytes:
    connection.settimeout(_left(until))
    part = connection.recv(65536)
    if part == b"":
        raise Unanswered("closed", "afserver closed the connection without a whole answer: it may have ended")
    return part
