from __future__ import annotations

import re

import pytest

from kitsu_actions.texts import _TEXTS, Key, localize

LANGUAGES = {"en", "fr", "de", "es", "pt", "it", "ja", "zh", "ko"}


@pytest.mark.parametrize("key", list(_TEXTS))
def test_every_text_is_in_every_language_with_the_same_values(key: Key) -> None:
    assert set(_TEXTS[key]) == LANGUAGES
    values = {tuple(sorted(re.findall(r"{(\w+)}", text))) for text in _TEXTS[key].values()}
    assert len(values) == 1


def test_a_language_that_is_missing_reads_english() -> None:
    assert localize("fr-CA", "canceled") == "Annulé"
    assert localize("nl-NL", "canceled") == localize("", "canceled") == "Canceled"
