"""People are told in their language, unless the operator says otherwise."""

from __future__ import annotations

import pytest

from vexa.bot_manager.notices import NOTICES, notice_in
from vexa.contracts.languages import LANGUAGE_CODES


@pytest.mark.parametrize(
    ("language", "setting", "posted"),
    [
        (None, None, NOTICES["en"]),
        ("de", None, NOTICES["de"]),
        ("tlh", None, NOTICES["en"]),
        ("de", " ", NOTICES["de"]),
        ("de", "We take notes.", "We take notes."),
        ("de", " OFF ", None),
    ],
)
def test_what_is_posted(language: str | None, setting: str | None, posted: str | None) -> None:
    assert notice_in(language, setting) == posted


def test_languages_are_codes_of_whisper() -> None:
    assert set(NOTICES) <= set(LANGUAGE_CODES)
