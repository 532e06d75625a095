"""What the action server sends: calls, and what people do with their runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Optional, Protocol

from .answers import Input, ask_again, find_errors, read_input
from .json_members import read_object, read_text, read_text_map, read_texts
from .person import Person, Reader, read_person, read_reader
from .reply import Ask, Started
from .task import Task, read_task
from .texts import localize

if TYPE_CHECKING:
    from .long_run import Work

ControlType = Literal["cancel", "pause", "resume"]


class Asked(BaseException):
    """Ends a call with a question. Not an Exception, so that `except Exception` in a function lets it pass."""

    def __init__(self, form: Ask) -> None:
        super().__init__(form.title)
        self.form = form


@dataclass(frozen=True)
class Run:
    """`url` is its page, `progress` is where to report."""

    id: str
    url: str
    progress: str


@dataclass(frozen=True)
class Message:
    """What all messages have. `raw` is the whole body."""

    action: str
    run: Run
    reader: Reader
    person: Person
    raw: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Control(Message):
    """Somebody clicked a button of a run in progress. `person` is who clicked."""

    type: ControlType


@dataclass(frozen=True)
class Undo(Message):
    """Somebody undoes a run. `data` is that of your `UndoOffer`."""

    data: Any


class CallServer(Protocol):
    def get_tasks(self, run: Run, url: str) -> list[Task]: ...

    def start(self, call: Call, work: Work, started: Started, pausable: bool) -> Started: ...


@dataclass(frozen=True)
class Call(Message):
    """Somebody ran the action.

    - `tasks`: those of the selection, in its order. At most 200: `all_tasks` has the others, too
    - `missing`: ids of selected tasks that Kitsu does not show; the person is told
    - `params`: the query of the action's own URL
    - `input`: the answers to your questions, None before you asked
    - `plan`: what the person confirmed, as in your `Ask`
    - `is_back`: the person went back to change their answers
    - `retry_of`: the id of the run that this one retries
    """

    tasks: tuple[Task, ...]
    missing: tuple[str, ...]
    params: Mapping[str, str]
    input: Optional[Input]
    plan: Optional[str]
    is_back: bool
    retry_of: Optional[str]
    _more_tasks: Optional[str] = field(repr=False)
    _server: CallServer = field(repr=False)

    def all_tasks(self) -> list[Task]:
        """All tasks of the selection. More than 200 need requests to the action server, which may raise Failed."""
        return [*self.tasks, *(self._server.get_tasks(self.run, self._more_tasks) if self._more_tasks else ())]

    def ask(self, form: Ask) -> Input:
        """The answers to these questions. Until there are some that fit, the call ends here, with the questions."""
        answers = self.input
        if answers is None:
            raise Asked(form)
        # One that is missing answers another form: the questions have changed since.
        is_complete = all(one.name in answers for one in form.fields)
        if self.is_back or not is_complete:
            raise Asked(ask_again(form, answers, {}))
        errors = find_errors(form, answers, self.reader.language)
        if errors:
            self.ask_again(form, errors)
        if form.plan is not None and form.plan != self.plan:
            problem = None if self.plan is None else localize(self.reader.language, "changed")
            raise Asked(ask_again(form, answers, {}, problem))
        return answers

    def ask_again(self, form: Ask, errors: Mapping[str, str], problem: Optional[str] = None) -> NoReturn:
        """Ends the call with the same questions, the answers, and what is wrong with them by the fields' names."""
        raise Asked(ask_again(form, self.input or Input({}), errors, problem))

    def start(
        self,
        work: Work,
        title: str,
        *,
        text: Optional[str] = None,
        pausable: bool = False,
    ) -> Started:
        """Starts work that takes long, and returns what to answer now.

        `work` gets a `LongRun` to report its progress, and returns `Done` or `Failed` at the end. It runs in a thread;
        if it is `async` and so is the calling function, in the same event loop. The person can cancel it and, if it is
        `pausable`, pause it: then it calls `run.wait_while_paused()` where it can wait.
        """
        return self._server.start(self, work, Started(title, text), pausable)


def read_call(body: dict[str, Any], message: Mapping[str, Any], server: CallServer) -> Call:
    """A call without `person` and `tasks`, from an older action server, has what was claimed."""
    claimed = read_object(body, "call")
    listed = body.get("tasks")
    tasks = (
        map(read_task, listed)
        if isinstance(listed, list)
        else (Task(one, one) for one in read_texts(claimed, "selection"))
    )
    return Call(
        **message,
        tasks=tuple(task for task in tasks if task is not None),
        missing=tuple(read_texts(claimed, "missing")),
        params=read_text_map(claimed, "params"),
        input=read_input(claimed.get("input")),
        plan=read_text(claimed, "plan"),
        is_back=claimed.get("isBack") is True,
        retry_of=read_text(read_object(claimed, "retryOf"), "id"),
        _more_tasks=read_text(read_object(body, "more_tasks"), "url"),
        _server=server,
    )


def read_common(body: dict[str, Any], action: str, run_id: str) -> dict[str, Any]:
    """What all messages have."""
    run = read_object(body, "run")
    person = body.get("person")
    return {
        "action": action,
        "run": Run(run_id, read_text(run, "url") or "", read_text(run, "progress") or ""),
        "reader": read_reader(read_object(body, "reader")),
        "person": read_person(person if isinstance(person, dict) else _claimed_person(body)),
        "raw": body,
    }


def _claimed_person(body: dict[str, Any]) -> dict[str, Any]:
    return {**read_object(read_object(body, "call"), "person"), "trust": "unchecked"}
