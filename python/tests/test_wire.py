"""The package says what the wire says: its choices are those of contract/, and its languages those of messages/."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from kitsu_actions import Chart, Done, Outcome, effects
from kitsu_actions.effects import Effect
from kitsu_actions.field import FieldType
from kitsu_actions.incoming import WIRE_VERSION
from kitsu_actions.texts import _TEXTS

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not (ROOT / "contract").exists(), reason="The contract is in the repository")


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def read_choices(path: str, member: str) -> set[str]:
    found = re.search(rf"{member}: [^\n]*v\.picklist\(\[(.*?)\]", read(path))
    assert found is not None, f"{path} has no {member}"
    return set(re.findall(r'"(.*?)"', found[1]))


@pytest.mark.parametrize(
    ("part", "name", "path"),
    [
        (Outcome, "state", "contract/reply.ts"),
        (Done, "severity", "contract/reply.ts"),
        (Chart, "kind", "contract/reply.ts"),
    ],
)
def test_choices_are_those_of_the_contract(part: type, name: str, path: str) -> None:
    assert set(get_args(get_type_hints(part)[name])) == read_choices(path, name)


def test_every_type_of_field_and_kind_of_effect_is_there() -> None:
    documented = set(re.findall(r"`([a-z-]+)`", read("contract/field.ts").split("* One question.")[1].split("*/")[0]))
    assert set(get_args(FieldType)) <= documented
    kinds = set(re.findall(r'kind: v\.literal\("(\w+)"\)', read("contract/effect.ts")))
    assert {one.wire_kind for one in get_args(Effect)} == kinds
    assert set(get_args(get_type_hints(effects.LaunchOption)["system"])[0].__args__) <= {"linux", "windows", "darwin"}


def test_the_version_is_that_of_the_contract() -> None:
    assert f"WIRE_VERSION = {WIRE_VERSION};" in read("contract/run.ts")


def test_the_languages_are_those_of_the_action_server() -> None:
    languages = {path.stem for path in (ROOT / "messages").glob("*.json")}
    assert all(set(texts) == languages for texts in _TEXTS.values())
