"""The adapter for Tornado: `Application([("/kitsu", ReceiverHandler, {"receiver": receiver})])`."""

from __future__ import annotations

from typing import Any

from tornado.http1connection import HTTP1Connection
from tornado.web import RequestHandler, stream_request_body

from .deliveries import Response
from .receiver import Receiver


@stream_request_body
class ReceiverHandler(RequestHandler):
    """Functions that are not `async` run in a thread, and don't block the event loop."""

    def initialize(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._body = bytearray()

    def prepare(self) -> None:
        # Tornado stops reading there, and the receiver refuses it.
        if isinstance(self.request.connection, HTTP1Connection):
            self.request.connection.set_max_body_size(2 * self._receiver.max_request_bytes)

    def data_received(self, chunk: bytes) -> None:
        if len(self._body) <= self._receiver.max_request_bytes:
            self._body += chunk

    async def post(self, *_: Any, **__: Any) -> None:
        await self._respond(await self._receiver.handle_async(bytes(self._body), dict(self.request.headers)))

    async def get(self, *_: Any, **__: Any) -> None:
        await self._respond(self._receiver.check(dict(self.request.headers)))

    async def options(self, *_: Any, **__: Any) -> None:
        await self._respond(Response(204, {"allow": "GET, POST"}))

    async def _respond(self, response: Response) -> None:
        self.set_status(response.status)
        for name, value in response.headers.items():
            self.set_header(name, value)
        await self.finish(response.body or None)
