"""The adapter for WSGI: `application(receiver)` is an app for any server, such as wsgiref's."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

from .receiver import Receiver

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def application(receiver: Receiver) -> WSGIApplication:
    """Serves the receiver at every path."""

    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "POST"):
            start_response("405 Method Not Allowed", [("allow", "GET, POST"), ("content-type", "text/plain")])
            return [b"Calls are sent with POST."]
        length = environ.get("CONTENT_LENGTH") or "0"
        # One byte more than allowed, so that the receiver can refuse it.
        body = environ["wsgi.input"].read(min(int(length) if length.isdigit() else 0, receiver.max_request_bytes + 1))
        headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
        response = receiver.check(headers) if method == "GET" else receiver.handle(body, headers)
        status = HTTPStatus(response.status)
        start_response(f"{status.value} {status.phrase}", list(response.headers.items()))
        return [response.body]

    return serve
