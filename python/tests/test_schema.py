"""What the package writes is what the published JSON Schema of the wire describes, member for member."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from kitsu_actions import (
    Ask,
    Chart,
    Done,
    Failed,
    Field,
    Link,
    Option,
    Outcome,
    Progress,
    Series,
    Started,
    Table,
    UndoOffer,
    effects,
)
from kitsu_actions.effects import Effect
from kitsu_actions.field import CHOICES, FieldType
from kitsu_actions.part import Part
from kitsu_actions.reply import Reply

SCHEMA = Path(__file__).parents[2] / "gen" / "contract.schema.json"
pytestmark = pytest.mark.skipif(not SCHEMA.exists(), reason="The schema is built in the repository: npm run build")

LINK = Link("Open", "https://files.studio.example/sh010")
PROGRESS = Progress(1, 3, "SH010", 90)
OUTCOME = Outcome("t1", "SH010", "failed", "No version", True, Progress(1, 3), LINK)
OPTION = Option("exr", "OpenEXR", "#5e60ba")
TABLE = Table(["File", "MB"], [["sh010.ma", 12], [None, 1.5]], "Files")
SERIES = Series("Size", [12, None], "#5e60ba")
CHART = Chart("Files", "bars", ["a", "b"], [SERIES], "MB")
UNDO = UndoOffer({"ids": [1]}, "Unpublish", 60)
WAY = effects.LaunchOption("nuke:x", "linux", "nuke x")
EFFECTS: list[Effect] = [
    effects.Open("https://a.example", "Open"),
    effects.Copy("/prod/sh010", "Copy"),
    effects.Download("https://a.example/x", "x.mov", "Save"),
    effects.Go("/productions/1", "Go"),
    effects.Refresh(["t1"]),
    effects.Launch("Nuke", [WAY], "https://help.example", "Open in Nuke"),
]
NOTE = Field("n", "N", "text", "Help", "Like this", True, "x", max_length=9, pattern="x+", error="No", remember=False)
NUMBER = Field("m", "M", "number", value=5, min=1, max=9, step=2)
CHOICE = Field("c", "C", "one-of", options=[OPTION])
REPLIES = [
    Done("Done", "Text", "warning", [OUTCOME], [TABLE], [CHART], [LINK], EFFECTS, UNDO),
    Ask("Ask", "Text", [NOTE, NUMBER, CHOICE], "Go", True, "No", [OUTCOME], [LINK], "digest"),
    Started("Started", "Text", PROGRESS, [OUTCOME], [LINK], ["cancel", "pause"], True),
    Failed("disk-full", "Failed", "Text", "Advice", True, [OUTCOME], [LINK], 409),
]
WHOLE: list[Part] = [LINK, PROGRESS, OUTCOME, OPTION, TABLE, SERIES, CHART, UNDO, WAY, *EFFECTS, *REPLIES]


def close(schema: Any) -> Any:
    """The schema without room for members that it does not know. Readers ignore these; here they are mistakes."""
    if isinstance(schema, list):
        return [close(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: close(value) for name, value in schema.items()}
    return {**closed, "additionalProperties": False} if "properties" in schema and "type" in schema else closed


def find_problems(name: str, part: Part) -> list[str]:
    definitions = close(json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"])
    validator = Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions})
    return [error.message for error in validator.iter_errors(part.to_wire())]


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.wire_kind)
def test_every_reply_fits_with_all_its_members(reply: Part) -> None:
    assert find_problems("ServerReply", reply) == []


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.wire_kind)
def test_every_effect_fits(effect: Part) -> None:
    assert find_problems("Effect", effect) == []


@pytest.mark.parametrize("type_", get_args(FieldType))
def test_every_type_of_field_fits_and_is_known(type_: Any) -> None:
    field = Field("f", "F", type_, options=[OPTION] if type_ in CHOICES else ())
    assert find_problems("Field", field) == []
    known = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]["Field"]["properties"]["type"]["examples"]
    assert set(known) == set(get_args(FieldType))


def test_these_tests_have_every_kind_and_every_member() -> None:
    assert {type(reply) for reply in REPLIES} == set(get_args(Reply))
    assert {type(effect) for effect in EFFECTS} == set(get_args(Effect))
    for part in WHOLE:
        unset = [one.name for one in fields(part) if getattr(part, one.name) in (None, ())]  # type: ignore[arg-type]
        assert unset == [], f"{type(part).__name__} has members that no test writes"
    for one in fields(Field):
        assert any(getattr(field, one.name) not in (None, ()) for field in (NOTE, NUMBER, CHOICE)), one.name


def test_a_member_that_the_wire_does_not_have_is_found() -> None:
    assert find_problems("Table", SERIES) != []
