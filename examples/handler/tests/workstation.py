"""A workstation for each test: a home, a configuration, a fake worker, and an application."""

import json
import re
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

HANDLER = Path(__file__).resolve().parent.parent / "handler.py"
sys.path.insert(0, str(HANDLER.parent))

# The file is renamed at the end, so that no test reads a half-written one.
APPLICATION = """
import json, os, sys, time
result = {"arguments": sys.argv[2:], "oid": os.environ.get("KABARET_HOME_OID"), "session": os.getsid(0)}
result.update(environment=dict(os.environ), cwd=os.getcwd())
with open(sys.argv[1] + ".part", "w") as file:
    json.dump(result, file)
os.rename(sys.argv[1] + ".part", sys.argv[1])
time.sleep(float(os.environ.get("STAYS", "0")))
print(os.environ.get("PRINTS", ""), flush=True)
print(os.environ.get("COMPLAINS", ""), file=sys.stderr)
sys.exit(int(os.environ.get("STATUS", "0")))
"""


class Worker(ThreadingHTTPServer):
    """Answers a path once, with the status, body and headers in `answers`. `seen` has the requests.

    `reports` has the path, headers and JSON of each report. They are answered with `report_status`
    after `report_seconds`.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answer)
        self.answers = {}
        self.seen = []
        self.reports = []
        self.report_status = 204
        self.report_seconds = 0
        self.origin = f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        used = failed("used", "Used already", "This link has been opened before.")
        status, body, headers = self.server.answers.get(self.path, (404, failed("unknown", "No such ticket"), {}))
        self.server.answers[self.path] = (410, used, {})
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            pass  # the handler has closed the connection

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.reports.append((self.path, dict(self.headers), json.loads(body)))
        time.sleep(self.server.report_seconds)
        try:
            self.send_response(self.server.report_status)
            self.send_header("Content-Length", "0")
            if 300 <= self.server.report_status < 400:
                self.send_header("Location", f"{self.server.origin}/elsewhere")
            self.end_headers()
        except ConnectionError:
            pass

    def log_message(self, *_):
        pass


def failed(code, title, text="", advice=""):
    reply = {"kind": "failed", "code": code, "title": title, "text": text, "advice": advice}
    return json.dumps({"version": 1, "reply": reply}).encode()


class WorkstationCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name).resolve() / "home"
        self.root = self.home.parent / "prod"
        self.programs = self.home.parent / "bin"
        for made in (self.home, self.root, self.programs):
            made.mkdir()
        self.worker = Worker()
        threading.Thread(target=self.worker.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.addCleanup(self.worker.server_close)
        self.addCleanup(self.worker.shutdown)
        self.result_file = self.home / "result.json"
        (self.home / "application.py").write_text(APPLICATION)
        self.application = [sys.executable, str(self.home / "application.py"), str(self.result_file)]
        self.config = {
            "schemes": ["studio"],
            "trusted_origins": [self.worker.origin],
            "roots": {"linux": [str(self.root)]},
            "applications": {"blender": {"command": [*self.application, "{path}"], "extensions": [".blend"]}},
        }
        self.environment = {"HOME": str(self.home), "PATH": str(self.programs), "NO_PROXY": "*"}
        self.state = self.home / ".local/state/kitsu-actions"

    def run_handler(self, *words):
        """Runs the program in a process of its own."""
        file = self.home / ".config/kitsu-actions/handler.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(self.config))
        return subprocess.run(
            [sys.executable, str(HANDLER), *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def item(self, path="sh010.blend", **members):
        written = {"linux": str(self.root / path)} if isinstance(path, str) else path
        return {
            "task_id": "0d6e1f9a",
            "entity_id": "3c1b4f0e",
            "name": "SQ01 / SH010 / Animation",
            "path": written,
            **members,
        }

    def ticket(self, *items, **members):
        now = datetime.now(timezone.utc)
        return {
            "version": 1,
            "verb": "open",
            "app": "blender",
            "issued_at": iso(now),
            "expires_at": iso(now + timedelta(seconds=60)),
            "person": {"id": "6b1e", "email": "ada@studio.example"},
            "run": "0123456789abcdef" * 2,
            "items": list(items) or [self.item()],
            **members,
        }

    def offer(self, ticket, status=200, **headers):
        """Returns the link to a ticket, or to another answer."""
        path = f"/t/{secrets.token_hex(32)}"
        body = ticket if isinstance(ticket, bytes) else json.dumps(ticket).encode()
        self.worker.answers[path] = (status, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return f"studio://open?u={quote(self.worker.origin + path, safe='')}"

    def started(self):
        """What the application stored: its arguments, environment and folder."""
        until = time.monotonic() + 10
        while not self.result_file.exists() and time.monotonic() < until:
            time.sleep(0.01)
        return json.loads(self.result_file.read_text())

    def reported(self):
        """The state and text of the only report."""
        [(_, _, body)] = self.worker.reports
        return body["state"], body["text"]

    def log(self):
        file = self.state / "handler.log"
        return file.read_text() if file.exists() else ""

    def assert_opens(self, link, *arguments):
        result = self.run_handler(link)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(self.started()["arguments"], list(arguments))
        self.assert_no_tokens_logged()

    def assert_refuses(self, link, code, status=4, text=""):
        """Nothing is started, the person sees the text, and the log has the code but not the token."""
        result = self.run_handler(*([link] if isinstance(link, str) else link))
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertIn(text, result.stderr)
        self.assertNotEqual(result.stderr, "")
        self.assertNotIn("Traceback", result.stderr)
        self.assertIn(f"ERROR {code}: ", self.log().splitlines()[-1])
        self.assertFalse(self.result_file.exists(), "the application was started")
        self.assert_no_tokens_logged()

    def assert_no_tokens_logged(self):
        self.assertIsNone(re.search("[0-9a-f]{64}", self.log()), "a token is in the log")

    def program(self, name, script):
        """Creates a program on the PATH of the handler."""
        file = self.programs / name
        file.write_text(script)
        file.chmod(0o755)
        return file


def iso(moment):
    """The format of JavaScript's toISOString."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
