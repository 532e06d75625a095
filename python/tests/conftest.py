from __future__ import annotations

from collections.abc import Iterator

import pytest
from caller import SECRET
from fake_worker import FakeWorker
from fake_zou import FakeZou

from kitsu_actions import Receiver, report_sender


@pytest.fixture
def receiver() -> Receiver:
    return Receiver(SECRET)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWorker]:
    monkeypatch.setattr(report_sender, "INTERVAL_S", 0.01)
    monkeypatch.setattr(report_sender, "RETRY_WAITS_S", (0.01,))
    with FakeWorker().serve() as worker:
        yield worker


@pytest.fixture
def zou(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeZou]:
    pytest.importorskip("gazu")
    with FakeZou().serve() as zou:
        monkeypatch.setenv("KITSU_API", zou.api)
        monkeypatch.setenv("KITSU_TOKEN", "token")
        yield zou
