"""A fake afserver on 127.0.0.1 that can misbehave, and a relay in front of it."""

import http.client
import json
import re
import socket
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from afanasy_relay.config import Config  # noqa: E402
from afanasy_relay.server import Relay, log  # noqa: E402

TOKEN = "a-token-of-the-tests"
BLENDER = re.compile(r'blender -b "[A-Za-z0-9_ ./:-]+" -s @#@ -e @#@ -a')


class Afserver:
    """`got` has the received bytes, `manner` is how it answers.

    It is `whole`, `pieces`, `closes`, `half`, `hangs`, `drips`, `other` or `huge`.
    """

    def __init__(self):
        self.manner = "whole"
        self.answer = b'{"id":7,"serial":42}'
        # If set, the answer to a request for complete jobs.
        self.jobs = None
        self.got = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = self._socket.getsockname()
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self):
        self._socket.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        with connection:
            received = b""
            head = None
            while head is None or len(received) - head.end() < int(head[1]):
                part = connection.recv(65536)
                if part == b"":
                    return
                received += part
                head = re.match(rb"AFANASY (\d+) JSON", received)
            self.got.append(received)
            try:
                self._answer(connection, self.jobs_of(received) or self.answer)
            except OSError:
                pass

    def jobs_of(self, received):
        if self.jobs is None or b'"mode":"full"' not in received:
            return None
        if not self.jobs:
            return b'{"info":{"kind":"error","text":"Invalid ID"}}'
        return json.dumps({"jobs": self.jobs}).encode()

    def _answer(self, connection, answer):
        whole = b"AFANASY %d JSON%s" % (len(answer), answer)
        if self.manner == "whole":
            connection.sendall(whole + b"and bytes after it")
        elif self.manner == "pieces":
            for index in range(len(whole)):
                connection.sendall(whole[index : index + 1])
                time.sleep(0.001)
        elif self.manner == "half":
            connection.sendall(whole[:-5])
        elif self.manner == "hangs":
            time.sleep(5)
        elif self.manner == "drips":
            for _ in range(50):
                connection.sendall(b"AFANASY 900 JSON"[:1] if _ == 0 else b"")
                time.sleep(0.1)
        elif self.manner == "other":
            connection.sendall(
                b"HTTP/1.1 400 Bad Request\r\nServer: something else entirely, and more than a head is long\r\n\r\n"
            )
        elif self.manner == "huge":
            connection.sendall(b"AFANASY 999999999 JSON{")


def job(**more):
    """A job as the worker sends it."""
    block = {
        "name": "render",
        "service": "blender",
        "parser": "blender_cycles",
        "flags": 1,
        "frame_first": 101,
        "frame_last": 148,
        "frames_per_task": 4,
        "frames_inc": 1,
        "capacity": 1000,
        "working_directory": "/mnt/prod/sq01/sh010",
        "command": 'blender -b "lighting_v003.blend" -s @#@ -e @#@ -a',
        "files": ["/mnt/render/sh010/sh010.@####@.png"],
    }
    block.update(more.pop("block", {}))
    whole = {
        "name": "demo SQ01_SH010",
        "user_name": "ada",
        "host_name": "kitsu-actions",
        "priority": 99,
        "blocks": [block],
    }
    whole.update(more)
    return {"job": whole}


class RelayCase(unittest.TestCase):
    def setUp(self):
        self.afserver = Afserver()
        self.addCleanup(self.afserver.stop)
        self.relay = self.open_relay()

    def open_relay(self, **more):
        fitting = {
            "listen": ("127.0.0.1", 0),
            "afserver": self.afserver.address,
            "tokens": (TOKEN.encode(),),
            "services": {"blender": (BLENDER,)},
            "answer_seconds": 0.5,
            "body_seconds": 0.5,
        }
        relay = Relay(Config(**{**fitting, **more}))
        threading.Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.addCleanup(relay.server_close)
        self.addCleanup(relay.shutdown)
        return relay

    def ask(self, message, token=TOKEN, method="POST", path="/", headers=None, relay=None):
        """Returns the status and the answer. The message may be bytes."""
        body = message if isinstance(message, bytes) or message is None else json.dumps(message).encode()
        connection = http.client.HTTPConnection("127.0.0.1", (relay or self.relay).server_port, timeout=5)
        self.addCleanup(connection.close)
        sent = {"Authorization": f"Bearer {token}"} if token is not None else {}
        connection.request(method, path, body, {**sent, **(headers or {})})
        response = connection.getresponse()
        text = response.read()
        return response.status, json.loads(text) if text else None

    def send_raw(self, data):
        with socket.create_connection(("127.0.0.1", self.relay.server_port), timeout=5) as connection:
            connection.sendall(data)
            answer = b""
            while True:
                part = connection.recv(65536)
                if part == b"":
                    return answer
                answer += part

    def assert_refused(self, message, why, status=403):
        before = len(self.afserver.got)
        answered, body = self.ask(message)
        self.assertEqual((answered, body["info"]["kind"]), (status, "error"))
        self.assertIn(why, body["info"]["text"])
        self.assertNotIn("relay", body)
        self.assertEqual(len(self.afserver.got), before, "afserver got the message")


__all__ = ["Afserver", "RelayCase", "TOKEN", "job", "log"]
