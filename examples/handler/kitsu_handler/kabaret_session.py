"""A running Kabaret session, used through kabaret.ipc and the plugin in examples/kabaret-plugin."""

from __future__ import annotations

import http.client
import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .errors import NotStartedError, RefusedError, printable
from .outcome import Outcome

_HOSTS = ("127.0.0.1", "localhost", "::1")
_ANSWER_MAX_BYTES = 1024 * 1024


class NoSessionError(Exception):
    """The reason why no running session can be used, for the log.

    A new process is started instead.
    """


@dataclass(frozen=True)
class _Server:
    host: str
    port: int
    token: str

    def ask(self, method: str, path: str, body: Any, seconds: float) -> tuple[int, Any]:
        """Returns status and JSON. Connects directly, without proxies and redirects."""
        until = time.monotonic() + seconds
        connection = http.client.HTTPConnection(self.host, self.port, timeout=seconds)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, None if body is None else json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            read = b""
            while piece := answer.read1(65_536):
                read += piece
                if len(read) > _ANSWER_MAX_BYTES or time.monotonic() > until:
                    raise NoSessionError("kabaret.ipc's answer is too large or too slow")
            return answer.status, json.loads(read)
        except (OSError, http.client.HTTPException) as error:
            raise NoSessionError(f"kabaret.ipc does not answer: {error or type(error).__name__}") from None
        except (ValueError, RecursionError):
            raise NoSessionError("kabaret.ipc's answer is not JSON") from None
        finally:
            connection.close()


@dataclass(frozen=True)
class Session:
    server: _Server
    uid: str

    def goto(self, oid: str) -> None:
        """Shows the object.

        Raises NoSessionError if the session can't, and nothing has changed. Raises RefusedError if
        the object does not exist, because a new process would not help.
        """
        project = oid.split("/")[1]
        status, answer = self._command("Flow/exists", [oid], 5)
        # Kabaret raises for unknown projects and for its own errors. Only this message means that
        # the project is unknown.
        if status == 500 and f"Could not find key '{project}' in hash 'ProjectsType'" in _detail(answer):
            raise RefusedError("no-object", f"The project “{project}” does not exist in Kabaret.")
        exists = _result(status, answer)
        if exists is False:
            raise RefusedError("no-object", f"“{oid}” does not exist in Kabaret.")
        if exists is not True:
            raise NoSessionError("kabaret.ipc did not say whether the object exists")
        result = _result(*self._command("KitsuActions/goto", [oid], 8))
        if isinstance(result, dict) and result.get("why") == "no-object":
            raise RefusedError("no-object", f"“{oid}” does not exist in Kabaret.")
        if not isinstance(result, dict) or result.get("ok") is not True:
            raise NoSessionError(_text(result) or "the plugin did not confirm that it shows the object")

    def run(self, oid: str, button: str | None) -> Outcome:
        """Runs the action that goto() shows.

        It must not run twice, so no process is started if this fails.
        """
        try:
            result = _result(*self._command("KitsuActions/run", [oid, button], 8))
        except NoSessionError as reason:
            result = str(reason)
        if not isinstance(result, dict):
            return Outcome("unknown", "Kabaret was asked to run the action, but did not confirm it. Check its window.")
        if result.get("why") == "failed":
            raise NotStartedError(
                "action-failed", f"The action failed in Kabaret: {_text(result) or 'it gave no reason'}"
            )
        if result.get("ok") is not True:
            raise NotStartedError(
                "not-run", f"Kabaret shows the action but did not run it: {_text(result) or 'it gave no reason'}"
            )
        if result.get("done") is not True:
            return Outcome("started", "The action is running in the Kabaret session that was open.")
        return Outcome("started", "The action was run in the Kabaret session that was open.")

    def _command(self, name: str, arguments: list[Any], seconds: float) -> tuple[int, Any]:
        path = f"/cmds/{name}?session_uid={quote(self.uid, safe='')}"
        return self.server.ask("POST", path, {"args": arguments, "kwargs": {}}, seconds)


def find_session(cluster: str, oid: str) -> Session:
    """Finds a session of this cluster with windows, if possible one that shows the same project."""
    server = _server(Path.home() / ".kabaret" / "ipc" / "server.json")
    status, sessions = server.ask("GET", "/sessions", None, 3)
    if status != 200 or not isinstance(sessions, dict):
        raise NoSessionError(f"kabaret.ipc did not list its sessions: status {status}")
    shown = {
        uid: result.get("current_oid")
        for uid, result in sessions.items()
        if isinstance(result, dict) and result.get("is_gui") is True and result.get("cluster_name") == cluster
    }
    if not shown:
        raise NoSessionError(f"none of the {len(sessions)} sessions has windows and the cluster {cluster}")
    project = oid.split("/")[1]
    same = (uid for uid, current in shown.items() if isinstance(current, str) and current.split("/")[1:2] == [project])
    return Session(server, next(same, next(iter(shown))))


def _server(file: Path) -> _Server:
    try:
        with file.open("rb") as opened:
            value = json.loads(opened.read(4096))
    except FileNotFoundError:
        raise NoSessionError("kabaret.ipc is not running") from None
    except (OSError, ValueError, RecursionError) as error:
        raise NoSessionError(f"{file} can't be read: {error}") from None
    table = value if isinstance(value, dict) else {}
    host, port, token = (table.get(key) for key in ("host", "port", "token"))
    if host not in _HOSTS:
        raise NoSessionError(f"{file} names a host other than this workstation")
    if (
        type(port) is not int
        or not 0 < port < 65_536
        or not isinstance(token, str)
        or not re.fullmatch(r"[!-~]{1,200}", token)
    ):
        raise NoSessionError(f"{file} is not a file of kabaret.ipc")
    return _Server(host, port, token)


def _result(status: int, answer: Any) -> Any:
    if status != 200 or not isinstance(answer, dict):
        raise NoSessionError(f"kabaret.ipc answered with status {status}: {_detail(answer)}")
    return answer.get("result")


def _detail(answer: Any) -> str:
    detail = answer.get("detail") if isinstance(answer, dict) else None
    return detail if isinstance(detail, str) else ""


def _text(result: Any) -> str:
    text = result.get("text") if isinstance(result, dict) else None
    return printable(text, 300) if isinstance(text, str) else ""
