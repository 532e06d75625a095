"""Tables and charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Optional, Union

from .part import Part


@dataclass(frozen=True)
class Table(Part):
    """Each row has one cell per column. For an empty cell, use None."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Optional[Union[str, float]]]]
    title: Optional[str] = None

    def find_problem(self) -> Optional[str]:
        for index, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                return f".rows[{index}] must have a cell for each column: {len(self.columns)}, not {len(row)}"
        return None


@dataclass(frozen=True)
class Series(Part):
    """One value, or None, for each label of the chart. `color` is a CSS color."""

    name: str
    values: Sequence[Optional[float]]
    color: Optional[str] = None


@dataclass(frozen=True)
class Chart(Part):
    """Numbers to draw. "bars" are side by side, a "stack" is one bar per label, a "line" connects the labels."""

    title: str
    kind: Literal["bars", "stack", "line"]
    labels: Sequence[str]
    series: Sequence[Series]
    unit: Optional[str] = None

    def find_problem(self) -> Optional[str]:
        for one in self.series:
            if len(one.values) != len(self.labels):
                return (
                    f': the series "{one.name}" has {len(one.values)} values, but there are {len(self.labels)} labels'
                )
        return None
