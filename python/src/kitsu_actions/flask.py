"""The adapter for Flask: `add_receiver(app, "/kitsu", receiver)`."""

from __future__ import annotations

from typing import Union

from flask import Blueprint, Flask, request
from flask import Response as FlaskResponse

from .deliveries import Response
from .receiver import Receiver


def add_receiver(app: Union[Flask, Blueprint], rule: str, receiver: Receiver) -> None:
    """Serves the receiver at this path."""

    def receive() -> FlaskResponse:
        if request.method != "POST":
            return respond(receiver.check(dict(request.headers)))
        # One byte more than allowed, so that the receiver can refuse it.
        body = request.stream.read(receiver.max_request_bytes + 1)
        return respond(receiver.handle(body, dict(request.headers)))

    def respond(response: Response) -> FlaskResponse:
        return FlaskResponse(response.body, response.status, response.headers)

    app.add_url_rule(rule, f"kitsu-actions {rule}".replace(".", "-"), receive, methods=["GET", "POST"])
