"""One message and the function for it: runs it, and turns what it returns or raises into a response."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from typing import Any, Optional, Union

from .action import Action
from .call import Asked, Call, Control, Undo
from .deliveries import Response
from .encode import check_reply, encode_final, explain
from .long_runs import LongRuns
from .part import InvalidReply
from .reply import Done, Failed, Reply, Started
from .texts import localize

_JSON = {"content-type": "application/json"}


class Delivery:
    """`key` is the same if the message is delivered again."""

    def __init__(self, key: str, action: Action, message: Union[Call, Control, Undo], runs: LongRuns) -> None:
        self.key = key
        self._action = action
        self._message = message
        self._runs = runs
        what = message.type if isinstance(message, Control) else "undo" if isinstance(message, Undo) else "call"
        self._function = action.find_function(what)
        self._name = f'The function for "{action.id}"' if what == "call" else f'The {what} of "{action.id}"'

    @property
    def is_async(self) -> bool:
        return inspect.iscoroutinefunction(self._function)

    def begin(self) -> Any:
        """What the function returns: a reply or, if it is `async`, an awaitable."""
        if self._function is not None:
            return self._function(self._message)
        if not isinstance(self._message, Control):
            raise Failed("no-undo", f'"{self._action.id}" has no function that undoes it', status=409)
        return None

    def _control(self, control: Control) -> Optional[Reply]:
        """Controls work that `Call.start` started."""
        is_here, started = self._runs.control(control.run.id, control.type)
        if is_here or self._function is not None:
            return started
        if control.type == "cancel":
            # Its process has ended, or is another one, which stops at its next report.
            return Done(localize(control.reader.language, "canceled"), severity="warning")
        text = "It is at work in another process of this server, or no longer. Serve the calls from one process."
        raise Failed("run-elsewhere", "The run can't be paused here", text, status=409)

    def respond(self, result: Any) -> tuple[Response, bool]:
        """The response, and whether it is the response to every repetition.

        Raises InvalidReply if the function must not return this.
        """
        reply = None if result is None else self._complete(check_reply(result, self._name))
        if isinstance(self._message, Control):
            # Only now: a function that raises has refused it, and the work goes on.
            default = self._control(self._message)
            reply = default if reply is None else reply
        return (Response(204), True) if reply is None else self._respond_with(reply, is_raised=False)

    def respond_to_error(self, error: BaseException) -> tuple[Response, bool]:
        if isinstance(error, Asked):
            return self.respond(error.form)
        return self._respond_with(explain(error, self._name, self._message.reader.language), is_raised=True)

    def _complete(self, reply: Reply) -> Reply:
        if not isinstance(self._message, Call):
            allowed = (Done, Failed) if isinstance(self._message, Undo) else (Done, Failed, Started)
            if not isinstance(reply, allowed):
                names = ", ".join(one.__name__ for one in allowed)
                raise InvalidReply(f"{self._name} returned {type(reply).__name__}: it must return {names} or None.")
        if isinstance(self._message, Call) and isinstance(reply, Started) and reply.controls is None:
            return replace(reply, controls=sorted(self._action.controls) or None)
        self._action.check_offer(reply)
        return reply

    def _respond_with(self, reply: Reply, is_raised: bool) -> tuple[Response, bool]:
        sent, body = encode_final(reply, self._name, self._message.reader.language)
        is_raised = is_raised or sent is not reply
        status = 202 if isinstance(sent, Started) else 200
        is_call = isinstance(self._message, Call)
        # An undo or a control that raises Failed is refused, and may be tried again. If it returns it, it has ended.
        if isinstance(sent, Failed) and (is_call or is_raised):
            status = sent.status
        # A call that failed may have done something, unless its status says that it did not.
        is_kept = status < 400 or (is_call and status not in (429, 503))
        return Response(status, _JSON, body.encode()), is_kept


def refuse(status: int, text: str) -> Response:
    """The response to what is not for any function."""
    return Response(status, _JSON, json.dumps({"message": text}).encode())
