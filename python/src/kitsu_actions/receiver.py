"""Receives what the action server sends, and runs the functions that are registered for it."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Any, Callable, Optional, Union

from .action import CONTROL_TYPES, Action, Button, CallFunction
from .call import Asked, Call, Control, Run, Undo, read_call, read_common
from .deliveries import Deliveries, Response
from .delivery import Delivery, refuse
from .encode import encode
from .incoming import Incoming, Refused, read_incoming
from .json_members import read_list, read_text
from .long_run import Canceled, Work
from .long_runs import LongRuns
from .part import show
from .reply import Done, Failed, Started
from .report_sender import ReportSender
from .secret import read_secrets
from .signature import SignatureError, Signer
from .task import Task, read_task
from .worker_client import WorkerClient

#: A selection may have 5,000 tasks.
_TASKS_MAX = 5_000
_ACTION_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class Receiver:
    """The server's side of forwarded calls, for any web framework.

    `secret` is what the action server has in FORWARD_SECRET, by default this server's own FORWARD_SECRET. Larger
    requests than `max_request_bytes` are refused.
    """

    def __init__(self, secret: Optional[str] = None, *, max_request_bytes: int = 4 * 1024 * 1024) -> None:
        self.max_request_bytes = max_request_bytes
        self._signer = Signer(read_secrets(secret))
        self._client = WorkerClient(self._signer)
        self._runs = LongRuns(self._client)
        self._actions: dict[str, Action] = {}
        self._deliveries = Deliveries()

    def action(self, action_id: str) -> Callable[[CallFunction], Action]:
        """Registers the function that runs an action: the name of its target in FORWARD_TARGETS."""
        if not isinstance(action_id, str) or not _ACTION_ID.fullmatch(action_id):
            raise ValueError(
                'Write @receiver.action("publish"), with the name of the target in FORWARD_TARGETS: '
                f"lowercase letters, digits and single hyphens, not {show(action_id)}."
            )

        def register(function: CallFunction) -> Action:
            if action_id in self._actions:
                raise ValueError(f'There are two functions for the action "{action_id}": remove one.')
            self._actions[action_id] = Action(action_id, function)
            return self._actions[action_id]

        return register

    def handle(self, body: bytes, headers: Mapping[str, str]) -> Response:
        """Handles one request. `async` functions run in an event loop of their own."""
        try:
            delivery = self._accept(body, headers)
        except Refused as refused:
            return refuse(refused.status, str(refused))
        return self._run(delivery)

    def check(self, headers: Mapping[str, str]) -> Response:
        """Answers the doctor's GET: 204 if it is signed with the same secret, 401 if not. Nothing is run."""
        try:
            self._signer.verify("", {name.lower(): value for name, value in headers.items()})
        except SignatureError as error:
            return refuse(401, str(error))
        return Response(204)

    async def handle_async(self, body: bytes, headers: Mapping[str, str]) -> Response:
        """Handles one request in an event loop. Functions that are not `async` run in a thread."""
        try:
            delivery = self._accept(body, headers)
        except Refused as refused:
            return refuse(refused.status, str(refused))
        if not delivery.is_async:
            return await asyncio.get_running_loop().run_in_executor(None, self._run, delivery)
        response, is_first = self._deliveries.claim(delivery.key)
        if not is_first:
            return await asyncio.wrap_future(response)
        with self._deliveries.settling(delivery.key) as settle:
            try:
                return settle(*delivery.respond(await delivery.begin()))
            except (Exception, Asked) as error:
                return settle(*delivery.respond_to_error(error))

    def report(self, run: Run, reply: Union[Started, Done, Failed], *, seconds: float = 60) -> bool:
        """Reports the progress or the end of a run from anywhere, such as another process that has `call.run`.

        Tries for so many seconds. Returns whether the report arrived, and raises Canceled if the run has ended.
        """
        is_over: list[bool] = []
        sender = ReportSender(self._client, run, lambda: is_over.append(True), seconds)
        sender.put(encode(reply), is_last=True)
        sender.start()
        sender.join()
        if is_over:
            raise Canceled
        return sender.has_arrived

    def _accept(self, body: bytes, headers: Mapping[str, str]) -> Delivery:
        incoming = read_incoming(body, headers, self._signer, self.max_request_bytes)
        action = self._actions.get(incoming.action)
        if action is None:
            known = ", ".join(f'"{one}"' for one in sorted(self._actions)) or "none"
            raise Refused(
                404,
                f'There is no function for the action "{incoming.action}" here, only for {known}. '
                f'Add one with @receiver.action("{incoming.action}").',
            )
        return Delivery(incoming.key, action, self._read_message(incoming), self._runs)

    def _read_message(self, incoming: Incoming) -> Union[Call, Control, Undo]:
        common = read_common(incoming.body, incoming.action, incoming.run_id)
        for control in CONTROL_TYPES:
            if incoming.type == control:
                return Control(**common, type=control)
        if incoming.type == "undo":
            return Undo(**common, data=incoming.body.get("data"))
        return read_call(incoming.body, common, self)

    def _run(self, delivery: Delivery) -> Response:
        response, is_first = self._deliveries.claim(delivery.key)
        if not is_first:
            return response.result()
        with self._deliveries.settling(delivery.key) as settle:
            try:
                result = delivery.begin()
                if inspect.isawaitable(result):
                    result = asyncio.run(_wait_for(result))
                return settle(*delivery.respond(result))
            except (Exception, Asked) as error:
                return settle(*delivery.respond_to_error(error))

    # What a Call needs of its server.

    def get_tasks(self, run: Run, url: str) -> list[Task]:
        tasks: list[Task] = []
        while url and len(tasks) < _TASKS_MAX:
            page = self._client.get(url, run.id)
            found = [task for task in map(read_task, read_list(page, "tasks")) if task is not None]
            tasks += found
            url = (read_text(page, "next") or "") if found else ""
        return tasks

    def start(self, call: Call, work: Work, started: Started, pausable: bool) -> Started:
        action = self._actions[call.action]
        controls: set[Button] = {"cancel", *action.controls}
        if pausable:
            controls.add("pause")
        answer = replace(started, controls=sorted(controls), paused=False if "pause" in controls else None)
        self._runs.start(call, action, work, answer)
        return answer


async def _wait_for(result: Awaitable[Any]) -> Any:
    return await result
