"""The functions of one action."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Callable, Literal, Optional, TypeVar, Union

from .call import Call, Control, ControlType, Undo
from .part import InvalidReply
from .reply import Done, Reply

#: The buttons of a run; "pause" includes resuming.
Button = Literal["cancel", "pause"]

_Answer = Union[Optional[Reply], Awaitable[Optional[Reply]]]
CallFunction = Callable[[Call], _Answer]
ControlFunction = Callable[[Control], _Answer]
UndoFunction = Callable[[Undo], _Answer]

_Control = TypeVar("_Control", bound=ControlFunction)
_Undo = TypeVar("_Undo", bound=UndoFunction)


class Action:
    """An action, as `Receiver.action` returns it: add its other functions with `@publish.undo` and so on."""

    def __init__(self, action_id: str, function: CallFunction) -> None:
        self.id = action_id
        self._function = function
        self._others: dict[str, Callable[[Any], Any]] = {}

    def __call__(self, call: Call) -> _Answer:
        return self._function(call)

    def cancel(self, function: _Control) -> _Control:
        """Cancels a run. Return nothing if the work will report its end, `Done` or `Failed` if it has ended."""
        self._add("cancel", function)
        return function

    def pause(self, function: _Control) -> _Control:
        """Pauses a run. The button is there if the action can resume, too."""
        self._add("pause", function)
        return function

    def resume(self, function: _Control) -> _Control:
        self._add("resume", function)
        return function

    def undo(self, function: _Undo) -> _Undo:
        """Undoes a run that was `Done` with an `UndoOffer`."""
        self._add("undo", function)
        return function

    def _add(self, what: str, function: Callable[[Any], Any]) -> None:
        if what in self._others:
            raise ValueError(f'The action "{self.id}" has two functions for {what}: remove one.')
        self._others[what] = function

    def find_function(self, message_type: str) -> Optional[Callable[[Any], Any]]:
        return self._function if message_type == "call" else self._others.get(message_type)

    def check_offer(self, reply: Reply) -> None:
        """Raises InvalidReply if the reply offers an undo that the action does not have."""
        if isinstance(reply, Done) and reply.undo is not None and "undo" not in self._others:
            raise InvalidReply(f'The reply offers an undo: give "{self.id}" a function for it, with @….undo.')

    @property
    def controls(self) -> set[Button]:
        """The buttons that these functions make."""
        found: set[Button] = set()
        if "cancel" in self._others:
            found.add("cancel")
        if "pause" in self._others and "resume" in self._others:
            found.add("pause")
        return found


CONTROL_TYPES: tuple[ControlType, ...] = ("cancel", "pause", "resume")
