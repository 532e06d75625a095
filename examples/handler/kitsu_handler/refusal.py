"""Why nothing was started. Each kind has an exit status of its own."""

from __future__ import annotations


class Refusal(Exception):
    """`code` is stable, for the log; `text` is complete sentences for the person: what happened, and what to do."""

    status = 1

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Misconfigured(Refusal):
    """The configuration is not there, or wrong, or names what is not on this workstation."""

    status = 3


class Refused(Refusal):
    """This workstation does not do what the link or the ticket asks for."""

    status = 4


class WorkerRefused(Refusal):
    """The worker does not give the ticket away: used, expired, or another person's."""

    status = 5


class WorkerUnusable(Refusal):
    """The worker did not answer, or nothing that can be used."""

    status = 6


class NotStarted(Refusal):
    """The application is not there, ended early, or did not do it."""

    status = 7


class NotRegistered(Refusal):
    """The desktop could not be told which links come here."""

    status = 8


def printable(text: str, limit: int = 500) -> str:
    """What others wrote, fit for a dialog and one line of a log."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:limit]).strip()
