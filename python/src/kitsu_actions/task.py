"""The selected tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from .json_members import read_object, read_text
from .outcome import Link, Outcome, Progress, State


@dataclass(frozen=True)
class Named:
    """Something in Kitsu. The name is empty if it is not known."""

    id: str = ""
    name: str = ""


@dataclass(frozen=True)
class Status(Named):
    """A task status, such as "Waiting for approval", "wfa"."""

    short_name: str = ""


@dataclass(frozen=True)
class Task:
    """A selected task, as Kitsu has it now and shows it to this person.

    If the action server has no access to Kitsu, only the id is known, unchecked; `label` is then the id as well.
    """

    id: str
    label: str
    entity: Named = Named()
    entity_type: str = ""
    task_type: Named = Named()
    status: Status = Status()
    project: Named = Named()
    sequence: Optional[Named] = None
    episode: Optional[Named] = None

    def outcome(
        self,
        state: State,
        reason: Optional[str] = None,
        *,
        retry: Optional[bool] = None,
        progress: Optional[Progress] = None,
        link: Optional[Link] = None,
    ) -> Outcome:
        """What happened to this task."""
        return Outcome(self.id, self.label, state, reason, retry, progress, link)


def read_task(members: Any) -> Optional[Task]:
    """None if it has no id."""
    task_id = read_text(members, "id") if isinstance(members, dict) else None
    if not task_id:
        return None
    status = _read_named(members, "status")
    return Task(
        id=task_id,
        label=read_text(members, "label") or task_id,
        entity=_read_named(members, "entity"),
        entity_type=read_text(members, "entity_type") or "",
        task_type=_read_named(members, "task_type"),
        status=Status(status.id, status.name, read_text(read_object(members, "status"), "short_name") or ""),
        project=_read_named(members, "project"),
        sequence=_read_named(members, "sequence") if "sequence" in members else None,
        episode=_read_named(members, "episode") if "episode" in members else None,
    )


def _read_named(members: dict[str, Any], name: str) -> Named:
    found = read_object(members, name)
    return Named(read_text(found, "id") or "", read_text(found, "name") or "")
