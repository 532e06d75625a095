"""The adapters pass on what arrives and what is answered."""

from __future__ import annotations

import asyncio
import io
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any, Optional
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.validate import validator

import pytest
from caller import OTHER_SECRET, SECRET, make_call, prepare, read, sign

from kitsu_actions import Call, Done, Receiver, Response, wsgi


@pytest.fixture
def small() -> Receiver:
    """A receiver that takes small calls only."""
    receiver = Receiver(SECRET, max_request_bytes=4_000)

    @receiver.action("publish")
    def publish(call: Call) -> Done:
        return Done(f"{len(call.tasks)} published")

    receiver.action("nothing")(lambda call: None)
    return receiver


def check(ask: Any) -> None:
    """`ask` sends a body with headers, and returns a Response."""
    response = ask(*prepare(make_call()))
    assert (response.status, read(response)["title"]) == (200, "2 published")
    assert response.headers["content-type"] == "application/json"
    nothing = ask(*prepare(make_call("nothing")))
    assert (nothing.status, nothing.body) == (204, b"")
    body, headers = prepare(make_call())
    assert ask(body, {**headers, "Webhook-Signature": "v1,AAAA"}).status == 401
    large = ask(*prepare(make_call(tasks=20)))
    assert (large.status, "4000 are allowed" in read(large)["message"]) == (413, True)


def check_get(get: Any) -> None:
    """`get` sends a GET with headers, as the doctor does, and returns a Response."""
    answer = get(sign("", "doctor-1"))
    assert (answer.status, answer.body) == (204, b"")
    refused = get(sign("", "doctor-1", OTHER_SECRET))
    assert (refused.status, "FORWARD_SECRET must be the same" in read(refused)["message"]) == (401, True)
    assert get({}).status == 401


def test_wsgi(small: Receiver) -> None:
    app = validator(wsgi.application(small))

    def ask(body: bytes, headers: dict[str, str], method: str = "POST") -> Response:
        environ = {
            **{"REQUEST_METHOD": method, "SERVER_NAME": "localhost", "SERVER_PORT": "80", "PATH_INFO": "/kitsu"},
            **{"SCRIPT_NAME": "", "QUERY_STRING": "", "SERVER_PROTOCOL": "HTTP/1.1"},
            **{"wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body)},
            **{"wsgi.errors": io.StringIO(), "wsgi.multithread": True, "wsgi.multiprocess": False},
            **{"wsgi.run_once": False, "CONTENT_LENGTH": str(len(body))},
        }
        for name, value in headers.items():
            key = name.upper().replace("-", "_")
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
        answered: dict[str, Any] = {}

        def start_response(status: str, sent: list[tuple[str, str]], exc_info: Any = None) -> Any:
            answered.update(status=int(status.split()[0]), headers=dict(sent))
            return lambda data: None

        parts = app(environ, start_response)
        answer = b"".join(parts)
        parts.close()  # type: ignore[attr-defined]
        return Response(answered["status"], answered["headers"], answer)

    check(ask)
    check_get(lambda headers: ask(b"", headers, "GET"))
    refused = ask(b"", {}, "OPTIONS")
    assert (refused.status, refused.headers["allow"]) == (405, "GET, POST")


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def test_wsgiref_serves_it(small: Receiver) -> None:
    server = make_server("127.0.0.1", 0, wsgi.application(small), handler_class=_Quiet)
    thread = threading.Thread(target=server.handle_request, daemon=True)
    thread.start()
    body, headers = prepare(make_call())
    with urllib.request.urlopen(
        urllib.request.Request(f"http://127.0.0.1:{server.server_port}/kitsu", body, headers), timeout=30
    ) as response:
        assert b"2 published" in response.read()
    thread.join()
    server.server_close()


def test_flask(small: Receiver) -> None:
    flask = pytest.importorskip("flask")
    from kitsu_actions.flask import add_receiver

    app = flask.Flask("test")
    add_receiver(app, "/kitsu", small)
    add_receiver(app, "/other", Receiver(SECRET))
    client = app.test_client()

    def ask(body: bytes, headers: dict[str, str]) -> Response:
        answer = client.post("/kitsu", data=body, headers=headers)
        return Response(answer.status_code, {"content-type": answer.headers.get("content-type", "")}, answer.data)

    check(ask)

    def get(headers: dict[str, str]) -> Response:
        answer = client.get("/kitsu", headers=headers)
        return Response(answer.status_code, {}, answer.data)

    check_get(get)
    assert set(client.options("/kitsu").allow) >= {"GET", "POST"}
    assert "only for none" in client.post("/other", data=(sent := prepare(make_call()))[0], headers=sent[1]).text


@pytest.fixture
def tornado_url(small: Receiver) -> Iterator[str]:
    pytest.importorskip("tornado")
    from tornado.httpserver import HTTPServer
    from tornado.testing import bind_unused_port
    from tornado.web import Application

    from kitsu_actions.tornado import ReceiverHandler

    @small.action("async")
    async def run(call: Call) -> Done:
        await asyncio.sleep(0)
        return Done("Async")

    loop = asyncio.new_event_loop()
    socket, port = bind_unused_port()

    async def serve() -> HTTPServer:
        server = HTTPServer(Application([("/kitsu", ReceiverHandler, {"receiver": small})]))
        server.add_sockets([socket])
        return server

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(serve(), loop).result()
    yield f"http://127.0.0.1:{port}/kitsu"

    async def stop() -> None:
        server.stop()
        await server.close_all_connections()
        await loop.shutdown_default_executor()

    asyncio.run_coroutine_threadsafe(stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_tornado(tornado_url: str) -> None:
    def ask(body: Optional[bytes], headers: dict[str, str], method: Optional[str] = None) -> Response:
        try:
            request = urllib.request.Request(tornado_url, body, headers, method=method)
            answer = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            names = {"content-type": answer.headers.get("content-type", "").split(";")[0]}
            return Response(answer.status, {**names, "allow": answer.headers.get("allow", "")}, answer.read())

    check(ask)
    assert read(ask(*prepare(make_call("async"))))["title"] == "Async"
    check_get(lambda headers: ask(None, headers))
    assert ask(None, {}, "OPTIONS").headers["allow"] == "GET, POST"
