"""How speech becomes text: asked together, kept in the meeting, ordered until it is followed."""

from __future__ import annotations

from typing import Any

import pytest

from vexa.bot_manager.speech_wishes import of_data, order_for, read_speech, reconfigured, to_data
from vexa.contracts.bot import SpeechWishes
from vexa.contracts.errors import InvalidInput
from vexa.contracts.http.bots import BotConfig

DATA = {"bot_name": "Notes", "language": "en", "hotwords": "Vexa"}


def change(data: dict[str, Any], **body: Any) -> dict[str, Any]:
    return reconfigured(data, BotConfig.model_validate(body))


@pytest.mark.parametrize(
    ("body", "language", "allowed"),
    [
        ({}, None, None),
        ({"language": ""}, None, None),
        ({"language": "de", "allowed_languages": ["en", "de"]}, "de", ["en", "de"]),
        ({"allowed_languages": ["en", "de", "en"]}, None, ["en", "de"]),
        ({"allowed_languages": ["fr"]}, "fr", ["fr"]),
        ({"allowed_languages": []}, None, None),
    ],
)
def test_several_allowed_languages_are_detected_and_one_is_the_language(
    body: dict[str, Any], language: str | None, allowed: list[str] | None
) -> None:
    speech = read_speech(BotConfig.model_validate(body))
    assert (speech.language, speech.allowed_languages) == (language, allowed)


def test_a_language_that_is_not_allowed_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidInput, match="which are: en, fr") as refused:
        read_speech(BotConfig(language="de", allowed_languages=["en", "fr"]))
    assert refused.value.field == "language"


def test_data_keeps_what_is_not_the_default() -> None:
    assert to_data(SpeechWishes()) == {}
    speech = SpeechWishes(language="de", task="translate", hotwords="Ada")
    assert of_data(to_data(speech)) == speech


def test_a_change_replaces_all_but_hotwords_that_are_not_named() -> None:
    changed = change(DATA, task="translate")
    assert changed == {
        **{"bot_name": "Notes", "hotwords": "Vexa", "task": "translate"},
        "config_revision": 1,
    }
    assert "hotwords" not in change(changed, task="translate", hotwords="")


def test_the_same_again_changes_nothing() -> None:
    once = change(DATA, language="de")
    assert change(once, language="de") is once
    assert change(once, language="en")["config_revision"] == 2


def test_the_order_comes_until_it_is_followed() -> None:
    changed = change(change(DATA, language="de"), language="fr")
    for followed in (0, 1):
        (order,) = order_for(changed, followed)
        assert order.config_revision == 2
        assert order.speech == SpeechWishes(language="fr", hotwords="Vexa")
    assert order_for(changed, 2) == []
    assert order_for(DATA, 0) == []


def test_a_bot_that_takes_no_such_order_gets_none() -> None:
    assert order_for(change(DATA, language="de"), None) == []
