"""Kitsu Actions for Python: run Kitsu's custom actions in a server of your own."""

from . import effects
from .action import Action
from .answers import Input
from .call import Call, Control, Run, Undo
from .deliveries import Response
from .field import Field, Option
from .long_run import Canceled, LongRun
from .outcome import Link, Outcome, Progress
from .part import InvalidReply
from .person import Person, Reader
from .receiver import Receiver
from .reply import Ask, Done, Failed, Started, UndoOffer
from .secret import SecretError
from .table import Chart, Series, Table
from .task import Named, Status, Task

__all__ = [
    "Action",
    "Ask",
    "Call",
    "Canceled",
    "Chart",
    "Control",
    "Done",
    "Failed",
    "Field",
    "Input",
    "InvalidReply",
    "Link",
    "LongRun",
    "Named",
    "Option",
    "Outcome",
    "Person",
    "Progress",
    "Reader",
    "Receiver",
    "Response",
    "Run",
    "SecretError",
    "Series",
    "Started",
    "Status",
    "Table",
    "Task",
    "Undo",
    "UndoOffer",
    "effects",
]
