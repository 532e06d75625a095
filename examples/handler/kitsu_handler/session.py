"""A Kabaret session that runs already, through kabaret.ipc and the plugin of examples/kabaret-plugin."""

from __future__ import annotations

import http.client
import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .outcome import Outcome
from .refusal import NotStarted, Refused, printable

_HOSTS = ("127.0.0.1", "localhost", "::1")
_MOST_BYTES = 1024 * 1024


class NoSession(Exception):
    """Why no running session can be used, for the log: a process is started instead."""


@dataclass(frozen=True)
class _Server:
    host: str
    port: int
    token: str

    def ask(self, method: str, path: str, body: Any, seconds: float) -> tuple[int, Any]:
        """Status and JSON. Straight to this workstation: no proxy, no redirects."""
        until = time.monotonic() + seconds
        connection = http.client.HTTPConnection(self.host, self.port, timeout=seconds)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, None if body is None else json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            read = b""
            while piece := answer.read1(65_536):
                read += piece
                if len(read) > _MOST_BYTES or time.monotonic() > until:
                    raise NoSession("kabaret.ipc answers too much, or too slowly")
            return answer.status, json.loads(read)
        except (OSError, http.client.HTTPException) as error:
            raise NoSession(f"kabaret.ipc does not answer: {error or type(error).__name__}") from None
        except (ValueError, RecursionError):
            raise NoSession("kabaret.ipc answers with something else than JSON") from None
        finally:
            connection.close()


@dataclass(frozen=True)
class Session:
    server: _Server
    uid: str

    def goto(self, oid: str) -> None:
        """NoSession: it can't, and nothing has changed. Refused: there is no such object, so that a new process is no help."""
        project = oid.split("/")[1]
        status, answer = self._command("Flow/exists", [oid], 5)
        # Kabaret raises for an unknown project, and so it does for its own faults: only these words are about the project.
        if status == 500 and f"Could not find key '{project}' in hash 'ProjectsType'" in _detail(answer):
            raise Refused("no-object", f"There is no project “{project}” in Kabaret.")
        there = _result(status, answer)
        if there is False:
            raise Refused("no-object", f"There is no “{oid}” in Kabaret.")
        if there is not True:
            raise NoSession("kabaret.ipc did not say whether the object exists")
        said = _result(*self._command("KitsuActions/goto", [oid], 8))
        if isinstance(said, dict) and said.get("why") == "no-object":
            raise Refused("no-object", f"There is no “{oid}” in Kabaret.")
        if not isinstance(said, dict) or said.get("ok") is not True:
            raise NoSession(_text(said) or "the plugin did not say that it went there")

    def run(self, oid: str, button: str | None) -> Outcome:
        """After goto(). Whatever comes of it, the action must not be run again: no process is started instead."""
        try:
            said = _result(*self._command("KitsuActions/run", [oid, button], 8))
        except NoSession as why:
            said = str(why)
        if not isinstance(said, dict):
            return Outcome("unknown", "Kabaret was asked to run the action, and did not say what came of it. Look at its window.")
        if said.get("why") == "failed":
            raise NotStarted("action-failed", f"The action failed in Kabaret: {_text(said) or 'it did not say why'}")
        if said.get("ok") is not True:
            raise NotStarted("not-run", f"Kabaret shows the action, but did not run it: {_text(said) or 'it did not say why'}")
        if said.get("done") is not True:
            return Outcome("started", "The action is running in the Kabaret session that was open.")
        return Outcome("started", "The action was run in the Kabaret session that was open.")

    def _command(self, name: str, arguments: list[Any], seconds: float) -> tuple[int, Any]:
        path = f"/cmds/{name}?session_uid={quote(self.uid, safe='')}"
        return self.server.ask("POST", path, {"args": arguments, "kwargs": {}}, seconds)


def find_session(cluster: str, oid: str) -> Session:
    """One with windows, of this cluster; rather one that shows the same project."""
    server = _server(Path.home() / ".kabaret" / "ipc" / "server.json")
    status, sessions = server.ask("GET", "/sessions", None, 3)
    if status != 200 or not isinstance(sessions, dict):
        raise NoSession(f"kabaret.ipc refuses to name its sessions, with status {status}")
    shown = {
        uid: said.get("current_oid")
        for uid, said in sessions.items()
        if isinstance(said, dict) and said.get("is_gui") is True and said.get("cluster_name") == cluster
    }
    if not shown:
        raise NoSession(f"none of {len(sessions)} sessions has windows and the cluster {cluster}")
    project = oid.split("/")[1]
    same = (uid for uid, current in shown.items() if isinstance(current, str) and current.split("/")[1:2] == [project])
    return Session(server, next(same, next(iter(shown))))


def _server(file: Path) -> _Server:
    try:
        with file.open("rb") as opened:
            value = json.loads(opened.read(4096))
    except FileNotFoundError:
        raise NoSession("there is no kabaret.ipc") from None
    except (OSError, ValueError, RecursionError) as error:
        raise NoSession(f"{file} can't be read: {error}") from None
    table = value if isinstance(value, dict) else {}
    host, port, token = (table.get(key) for key in ("host", "port", "token"))
    if host not in _HOSTS:
        raise NoSession(f"{file} names a host that is not this workstation")
    if type(port) is not int or not 0 < port < 65_536 or not isinstance(token, str) or not re.fullmatch(r"[!-~]{1,200}", token):
        raise NoSession(f"{file} is not as kabaret.ipc writes it")
    return _Server(host, port, token)


def _result(status: int, answer: Any) -> Any:
    if status != 200 or not isinstance(answer, dict):
        raise NoSession(f"kabaret.ipc answers with status {status}: {_detail(answer)}")
    return answer.get("result")


def _detail(answer: Any) -> str:
    detail = answer.get("detail") if isinstance(answer, dict) else None
    return detail if isinstance(detail, str) else ""


def _text(said: Any) -> str:
    text = said.get("text") if isinstance(said, dict) else None
    return printable(text, 300) if isinstance(text, str) else ""
