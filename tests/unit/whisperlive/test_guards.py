"""What tells a good decode from a loop or an invention."""

from __future__ import annotations

import pytest

from vexa.whisperlive.engines.guards import (
    MAX_COMPRESSION_RATIO,
    compression_ratio,
    is_laughter,
    looks_invented,
    looks_repeated,
    max_tokens,
)


@pytest.mark.parametrize(
    ("text", "duration_s", "repeated"),
    [
        ("and so my fellow americans ask not what your country", 4.0, False),
        ("ask not what your country ask not what your country", 5.0, True),
        ("one two three four five six seven eight nine ten eleven", 1.0, True),
        ("no no no no no no", 3.0, True),
        ("", 1.0, False),
        ("yes", 0.3, False),
    ],
)
def test_repeats_are_seen(text: str, duration_s: float, repeated: bool) -> None:
    assert looks_repeated(text, duration_s) is repeated


@pytest.mark.parametrize(
    ("no_speech", "logprob", "invented"),
    [(0.9, -1.5, True), (0.9, -0.3, False), (0.1, -3.0, False)],
)
def test_inventions_are_seen(no_speech: float, logprob: float, invented: bool) -> None:
    assert looks_invented(no_speech, logprob) is invented


@pytest.mark.parametrize(
    ("text", "language"), [(" Thanks for watching!", "en"), (" Merci.", "fr"), ("謝謝觀看。", "zh")]
)
def test_a_stock_phrase_is_dropped_only_where_the_decode_is_unsure(
    text: str, language: str
) -> None:
    assert looks_invented(0.5, -0.3, text, language)
    assert looks_invented(0.1, -0.9, text, language)
    assert not looks_invented(0.1, -0.3, text, language)
    assert not looks_invented(0.5, -0.9, text + " Anna", language)
    assert not looks_invented(0.5, -0.9, text, None)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (" Hello.", "en"),
        (" no no no no", "en"),
        (" three nine zero five double two eight", "en"),
        (" one one one two two", "en"),
        ("你好", "zh"),
        ("はい", "ja"),
    ],
)
def test_short_and_repeated_speech_that_is_true_is_kept(text: str, language: str) -> None:
    assert not looks_invented(0.5, -0.9, text, language), "an unsure decode of true speech"
    assert compression_ratio(text) <= MAX_COMPRESSION_RATIO, "the widest window keeps it"


@pytest.mark.parametrize(
    "text",
    [
        " Ha, ha, ha, ha.",
        " Ha ha ha!",
        "Hahaha",
        "Haha.",
        "haaa haah",
        "Hehehe",
        "Hehe.",
        "Heh heh",
        "хаха",
        "哈哈哈",
        "ㅋㅋ",
    ],
)
def test_laughter_written_out_is_no_words(text: str) -> None:
    assert is_laughter(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " Ha.",
        " Ja, ja.",
        " He, he said so.",
        " Hi, hi!",
        " Ha ha, very funny.",
        " Sahara",
        "はは",
        "哈",
        "Нет нет",
    ],
)
def test_words_that_only_sound_like_laughter_are_kept(text: str) -> None:
    assert not is_laughter(text)


def test_more_audio_allows_more_tokens() -> None:
    assert max_tokens(0.0, "en") < max_tokens(5.0, "en") < max_tokens(30.0, "en")
    assert max_tokens(5.0, "hi") > max_tokens(5.0, "en"), "bytes need more tokens than letters"
