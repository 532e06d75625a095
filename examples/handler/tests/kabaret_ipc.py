"""A fake of kabaret.ipc 1.0.0, with or without the plugin in examples/kabaret-plugin."""

import json
import os
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, unquote, urlsplit

from workstation import WorkstationCase

OID = "/demo/films/main/tasks/Café"
ACTION = "/demo/films/main/tasks/Café/build"
GOTO = ["Flow/exists", "KitsuActions/goto"]


class KabaretIpc(ThreadingHTTPServer):
    """`sessions` has the sessions by uid, `objects` the oids that exist.

    `calls` has the commands: session, name, arguments. `instead` has other answers, by the name of
    a command or "sessions": (status, JSON), or how many seconds to hang.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answer)
        self.token = secrets.token_urlsafe(32)
        self.sessions = {}
        self.objects = {"/demo"}
        self.plugin = True
        self.instead = {}
        self.calls = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def session(self, name="kitsu", cluster="DEMO", gui=True, at="/Home"):
        uid = f"ada:{name}-{len(self.sessions) + 1000}@wörk/1"
        self.sessions[uid] = {"session_name": name, "cluster_name": cluster, "is_gui": gui, "current_oid": at}
        return uid

    def advertise(self, home, **members):
        """Writes ~/.kabaret/ipc/server.json like kabaret.ipc."""
        file = home / ".kabaret/ipc/server.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        info = {"host": "127.0.0.1", "port": self.server_port, "token": self.token, "pid": os.getpid(), **members}
        file.write_text(json.dumps(info))
        return file

    def names(self):
        return [name for _, name, _ in self.calls]


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self._say(*self._sessions())

    def do_POST(self):
        self._say(*self._command(self.rfile.read(int(self.headers["Content-Length"]))))

    def _sessions(self):
        refusal = self._refusal()
        if refusal or self.path != "/sessions":
            return refusal or (404, {"detail": "Not Found"})
        return self._instead("sessions") or (200, self.server.sessions)

    def _command(self, body):
        refusal = self._refusal()
        if refusal:
            return refusal
        url = urlsplit(self.path)
        name = unquote(url.path[len("/cmds/") :])
        uids = parse_qs(url.query).get(
            "session_uid", list(self.server.sessions) if len(self.server.sessions) == 1 else []
        )
        if not uids:
            return 400, {"detail": "you need to specify which session_uid to use"}
        if uids[0] not in self.server.sessions:
            return 404, {"detail": "session not found"}
        arguments = json.loads(body)["args"]
        self.server.calls.append((uids[0], name, arguments))
        return self._instead(name) or self._result(name, *arguments)

    def _result(self, name, oid, *more):
        there = oid in self.server.objects
        project = oid.split("/")[1]
        if name == "Flow/exists":
            if not any(known.split("/")[1] == project for known in self.server.objects):
                words = f"ProjectRegistryValueStore Could not find key '{project}' in hash 'ProjectsType'"
                return 500, {"detail": str(KeyError(words))}
            return 200, {"result": there}
        if not name.startswith("KitsuActions/") or not self.server.plugin:
            return 404, {"detail": f"'SessionCmds' object has no attribute '{name.split('/')[0]}'"}
        if not there:
            return 200, {"result": {"ok": False, "why": "no-object", "text": "It does not exist."}}
        return 200, {"result": {"ok": True, "done": True, **({"button": "Build"} if name.endswith("/run") else {})}}

    def _refusal(self):
        if self.headers["Host"].rsplit(":", 1)[0] not in ("127.0.0.1", "localhost"):
            return 400, "Invalid host header"
        if self.headers["Authorization"] != f"Bearer {self.server.token}":
            return 401, {"detail": "invalid token"}
        return None

    def _instead(self, name):
        answer = self.server.instead.get(name)
        if isinstance(answer, (int, float)):
            time.sleep(answer)
            return None
        return answer

    def _say(self, status, value):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            pass  # the handler has closed the connection

    def log_message(self, *_):
        pass


class SessionCase(WorkstationCase):
    def setUp(self):
        super().setUp()
        self.ipc = KabaretIpc()
        self.addCleanup(self.ipc.server_close)
        self.addCleanup(self.ipc.shutdown)
        self.ipc.objects |= {OID, ACTION}
        self.config["schemes"] = ["studio", "kabaret"]
        self.kabaret = {"command": [*self.application, "--cluster", "DEMO"]}
        self.config["kabaret"] = self.kabaret

    def link(self, oid=OID):
        return f"kabaret://open?oid={quote(oid, safe='')}"

    def ticket_link(self, oid=OID, run=None, **members):
        order = {"oid": oid, "project": "demo", **({} if run is None else {"run": run})}
        ticket = self.ticket(app="kabaret", kabaret=order, **members)
        return f"{self.link(oid)}&project=demo&u={self.offer(ticket).split('u=')[1]}"

    def assert_shown_by(self, uid, link=None, calls=GOTO):
        result = self.run_handler(link or self.link())
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual({called for called, _, _ in self.ipc.calls}, {uid})
        self.assertEqual(self.ipc.names(), calls)
        self.assertFalse(self.result_file.exists(), "a process was started")

    def assert_starts(self, why, link=None, oid=OID):
        """A new process is started, and the log says why in one line."""
        result = self.run_handler(link or self.link(oid))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(self.started()["arguments"], ["--cluster", "DEMO", "--home-oid", oid])
        [line] = [line for line in self.log().splitlines() if "not using a running Kabaret: " in line]
        self.assertIn(why, line)
        self.assertNotIn(self.ipc.token, self.log())
        self.result_file.unlink()
        (self.state / "handler.log").unlink()
