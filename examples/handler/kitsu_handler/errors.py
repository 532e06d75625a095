"""The reasons why nothing was started. Each class has its own exit status."""

from __future__ import annotations


class HandlerError(Exception):
    """`code` is stable, for the log. `text` is for the person: what happened, and what to do."""

    status = 1

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class ConfigError(HandlerError):
    """The configuration is missing or wrong, or names something that this workstation lacks."""

    status = 3


class RefusedError(HandlerError):
    """This workstation does not allow what the link or the ticket asks for."""

    status = 4


class WorkerRefusedError(HandlerError):
    """The worker refused the ticket: it is used, expired or for another person."""

    status = 5


class WorkerUnusableError(HandlerError):
    """The worker did not answer, or its answer can't be used."""

    status = 6


class NotStartedError(HandlerError):
    """The application is missing, ended early, or failed."""

    status = 7


class NotRegisteredError(HandlerError):
    """The handler could not be registered for links."""

    status = 8


def printable(text: str, limit: int = 500) -> str:
    """Foreign text without line breaks and control characters, for a dialog or a line of the log."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:limit]).strip()
