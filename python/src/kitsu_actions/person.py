"""Who ran the action, and who reads the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Optional, get_args

from .json_members import read_text, read_text_map

Trust = Literal["session", "access", "claimed", "unchecked"]


@dataclass(frozen=True)
class Person:
    """Who ran the action, or clicked the button.

    `trust` says how surely the action server knows it:
    - "session": by their session in Kitsu; "access": Cloudflare Access verified their e-mail
    - "claimed": there is such a person in Kitsu, who is active, but anybody could have sent the call
    - "unchecked": the action server has no access to Kitsu, so `id` and `email` are only claims
    """

    trust: Trust
    id: Optional[str] = None
    name: Optional[str] = None
    email: Optional[str] = None
    role: Optional[str] = None
    locale: Optional[str] = None
    timezone: Optional[str] = None
    project_roles: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_verified(self) -> bool:
        """Whether it is proved who they are. Don't let anyone else do what needs a permission."""
        return self.trust in ("session", "access")

    def role_in(self, project_id: str) -> Optional[str]:
        """Their role in this project, which takes precedence over that in the studio."""
        return self.project_roles.get(project_id, self.role)


def read_person(members: dict[str, Any]) -> Person:
    trusts: dict[object, Trust] = {trust: trust for trust in get_args(Trust)}
    return Person(
        # What a newer action server may say does not count as verified here.
        trust=trusts.get(read_text(members, "trust"), "unchecked"),
        id=read_text(members, "id"),
        name=read_text(members, "name"),
        email=read_text(members, "email"),
        role=read_text(members, "role"),
        locale=read_text(members, "locale"),
        timezone=read_text(members, "timezone"),
        project_roles=read_text_map(members, "project_roles"),
    )


@dataclass(frozen=True)
class Reader:
    """How to write the texts of an answer, which are shown as they are.

    `language` is a BCP 47 tag, "fr-FR". `time_zone`, "Europe/Paris", is None if the person's own is not known.
    """

    language: str = "en"
    time_zone: Optional[str] = None
    theme: Optional[Literal["light", "dark"]] = None


def read_reader(members: dict[str, Any]) -> Reader:
    theme = members.get("theme")
    return Reader(
        language=read_text(members, "language") or "en",
        time_zone=read_text(members, "timeZone"),
        theme=theme if theme in ("light", "dark") else None,
    )
