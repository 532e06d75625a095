"""Parts of a reply are checked when they are built, and become the JSON of the wire."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from kitsu_actions import (
    Ask,
    Chart,
    Done,
    Failed,
    Field,
    InvalidReply,
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

ANY: Any = None


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: Done(ANY), "Done.title must be a text, not None."),
        (lambda: Done("x", severity="error"), 'Done.severity must be one of "success", "info", "warning", not "error".'),  # type: ignore[arg-type]
        (lambda: Done("x", outcomes="y"), 'Done.outcomes must be a list of Outcome, not "y".'),  # type: ignore[arg-type]
        (lambda: Done("x", links=[{"label": "y"}]), "Done.links must be a list of Link: the entry at 0 must be Link, not a dict."),  # type: ignore[list-item]
        (lambda: Outcome("t1", "SH010", "ok"), 'Outcome.state must be one of "done", "skipped", "failed", "planned", "waiting", "running", not "ok".'),  # type: ignore[arg-type]
        (lambda: Outcome("t1", "SH010", "done", retry="yes"), 'Outcome.retry must be True or False, not "yes".'),  # type: ignore[arg-type]
        (lambda: Outcome("t1", "SH010", "done", progress=Progress(1, 2, "x")), "Outcome.progress must have only done and total"),
        (lambda: Progress(float("nan"), 2), "Progress.done must be a number, not nan."),
        (lambda: Progress(True, 2), "Progress.done must be a number, not True."),
        (lambda: Link("Open", "/prod/sh010"), 'Link.url must begin with "https://" or another scheme, unlike "/prod/sh010".'),
        (lambda: Table(["A", "B"], [["1", 2], ["1"]]), "Table.rows[1] must have a cell for each column: 2, not 1."),
        (lambda: Table(["A"], [[object()]]), "the entry at 0 must be a text or a number, not an object."),  # type: ignore[list-item]
        (lambda: Chart("Size", "bars", ["a", "b"], [Series("MB", [1])]), 'Chart: the series "MB" has 1 values, but there are 2 labels.'),
        (lambda: Chart("Size", "pie", [], []), 'Chart.kind must be one of "bars", "stack", "line", not "pie".'),  # type: ignore[arg-type]
        (lambda: Failed("Disk full", "x"), 'Failed.code must be in kebab-case, like "disk-full", unlike "Disk full".'),
        (lambda: Failed("disk-full", "x", status=200), "Failed.status must be from 400 to 599, not 200."),
        (lambda: Field("note", "Note", "textarea"), 'Field.type must be one of "text", "long-text", "number"'),  # type: ignore[arg-type]
        (lambda: Field("", "Note"), "Field.name must not be empty."),
        (lambda: Field("format", "Format", "one-of"), 'Field "format" is of the type "one-of" and needs options.'),
        (lambda: Field("note", "Note", min=1), 'Field "note" is of the type "text": min and max are only for "number", "date".'),
        (lambda: Field("n", "N", "number", max_length=3), 'max_length and pattern are only for "text", "long-text".'),
        (lambda: Field("note", "Note", step=2), 'step are only for "number".'),
        (lambda: Field("note", "Note", options=[Option("a", "A")]), "options are only for"),
        (lambda: Field("note", "Note", pattern="("), "has a pattern that is no regular expression"),
        (lambda: Field("on", "On", "toggle", value=1), "its value must be True or False"),
        (lambda: Field("f", "F", "several-of", options=[Option("a", "A")], value="a"), "its value must be a list"),
        (lambda: Field("note", "Note", value=["a"]), "its value must not be a list"),
        (lambda: Ask("x", fields=[Field("a", "A"), Field("a", "B")]), 'Ask.fields has two fields named "a"'),
        (lambda: Ask("x", plan="p" * 201), "Ask.plan has 201 characters and must have 1 to 200"),
        (lambda: Ask("x", plan="\N{CLAPPER BOARD}" * 101), "Ask.plan has 202 characters and must have 1 to 200"),
        (lambda: Ask("x", fields=[Field(f"f{at}", "F") for at in range(201)]), "Ask.fields has 201 fields and may have 200"),
        (lambda: Field("f", "F", "hidden", value="x" * 20_001), 'Field "f" has a value of 20001 characters and may have 20000'),
        (lambda: Field("f", "F", "hidden", value=["x"] * 5_001), 'Field "f" has 5001 values and may have 5000'),
        (lambda: UndoOffer(label="x" * 81), "UndoOffer.label has 81 characters and may have 80"),
        (lambda: UndoOffer(seconds=0), "UndoOffer.seconds must be from 1 to 604800 (seven days), not 0."),
        (lambda: UndoOffer({1, 2}), "UndoOffer.data must be JSON"),
        (lambda: UndoOffer("x" * 20_000), "UndoOffer.data has 20011 bytes and may have 16000"),
        (lambda: effects.Go("productions"), 'Go.path must begin with one "/"'),
        (lambda: effects.Launch("Nuke", []), "Launch.ways must have at least one LaunchOption."),
        (lambda: Started("x", controls=["stop"]), 'the entry at 0 must be one of "cancel", "pause", not "stop".'),  # type: ignore[list-item]
    ],
)  # fmt: skip
def test_a_mistake_is_a_sentence_that_says_what_to_change(build: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(InvalidReply) as error:
        build()
    assert sentence in str(error.value)


def test_absent_members_are_left_out() -> None:
    assert Done("Published").to_wire() == {"kind": "done", "title": "Published", "severity": "success"}
    assert Started("Publishing").to_wire() == {"kind": "started", "title": "Publishing"}
    assert Ask("Publish?").to_wire() == {"kind": "ask", "title": "Publish?"}


def test_everything_that_a_reply_can_have_is_written_as_on_the_wire() -> None:
    done = Done(
        "9 of 12 published",
        "Three have no version yet.",
        severity="warning",
        outcomes=[Outcome("t1", "SH010", "failed", "No version", retry=False, progress=Progress(1, 3))],
        tables=[Table(["File", "MB"], [["sh010.ma", 12], [None, 1.5]], title="Files")],
        charts=[Chart("Files", "bars", ["sh010.ma"], [Series("Size", [12, ], "#5e60ba")], unit="MB")],
        links=[Link("Open", "https://files.studio.example/sh010")],
        effects=[
            effects.Open("https://a.example"),
            effects.Copy("/prod/sh010", "Copy the path"),
            effects.Download("https://a.example/x", "x.mov"),
            effects.Go("/productions/1"),
            effects.Refresh(["t1"]),
            effects.Launch("Nuke", [effects.LaunchOption("nuke:x", "linux", "nuke x")], label="Open in Nuke"),
        ],
        undo=UndoOffer({"ids": [1]}, "Unpublish"),
    )  # fmt: skip
    assert done.to_wire() == {
        **{"kind": "done", "title": "9 of 12 published", "text": "Three have no version yet.", "severity": "warning"},
        "outcomes": [
            {
                **{"id": "t1", "label": "SH010", "state": "failed", "reason": "No version", "retry": False},
                "progress": {"done": 1, "total": 3},
            }
        ],
        "tables": [{"columns": ["File", "MB"], "rows": [["sh010.ma", 12], [None, 1.5]], "title": "Files"}],
        "charts": [
            {
                **{"title": "Files", "kind": "bars", "labels": ["sh010.ma"], "unit": "MB"},
                "series": [{"name": "Size", "values": [12], "color": "#5e60ba"}],
            }
        ],
        "links": [{"label": "Open", "url": "https://files.studio.example/sh010"}],
        "effects": [
            {"kind": "open", "url": "https://a.example"},
            {"kind": "copy", "text": "/prod/sh010", "label": "Copy the path"},
            {"kind": "download", "url": "https://a.example/x", "name": "x.mov"},
            {"kind": "go", "path": "/productions/1"},
            {"kind": "refresh", "tasks": ["t1"]},
            {
                **{"kind": "launch", "app": "Nuke", "label": "Open in Nuke"},
                "ways": [{"url": "nuke:x", "system": "linux", "command": "nuke x"}],
            },
        ],
        "undo": {"data": {"ids": [1]}, "label": "Unpublish", "seconds": 600},
    }


def test_a_field_has_the_names_of_the_wire() -> None:
    field = Field("note", "Note", "long-text", required=True, max_length=80, pattern=".*", remember=False)
    assert field.to_wire() == {
        **{"name": "note", "label": "Note", "type": "long-text", "required": True},
        **{"maxLength": 80, "pattern": ".*", "remember": False},
    }


def test_a_failure_can_be_raised_and_has_no_status_on_the_wire() -> None:
    with pytest.raises(Failed, match=r"The disk is full \(disk-full\)\. Nothing was published\.") as error:
        raise Failed("disk-full", "The disk is full", "Nothing was published.", status=503)
    assert "status" not in error.value.to_wire()
