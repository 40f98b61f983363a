"""What is shown as one word is one word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vexa.whisperlive.engines.base import Word
from vexa.whisperlive.engines.word_pieces import join_pieces


def pieces(*texts: str) -> list[Word]:
    return [Word(text, index / 2, index / 2 + 0.5) for index, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("heard", "language", "shown"),
    [
        ((" a", " well", "-", "known", " man"), "en", [" a", " well-known", " man"]),
        ((" suicide", "-pro"), "en", [" suicide-pro"]),
        ((" l", "'", "eau", "."), "fr", [" l'eau."]),
        ((" No", ".", " 7", ".5", "%"), "en", [" No.", " 7.5%"]),
        (("So", " it"), "en", ["So", " it"]),
        (("你", "好", "。", "我"), "zh", ["你", "好。", "我"]),
        (("はい", "、", "では"), "ja", ["はい、", "では"]),
        ((" ", " yes"), "en", [" yes"]),
        ((" for", " $", "7", " -", " no"), "en", [" for", " $7 -", " no"]),
    ],
)
def test_pieces_make_words(heard: tuple[str, ...], language: str, shown: list[str]) -> None:
    assert [word.text for word in join_pieces(pieces(*heard), language)] == shown


def test_a_joined_word_takes_its_times_and_its_least_probability_from_its_parts() -> None:
    parts = [Word(" well", 0.1, 0.4, 0.9), Word("-", 0.4, 0.5, 0.2), Word("known", 0.5, 0.8, 0.6)]
    assert join_pieces(parts, "en") == (Word(" well-known", 0.1, 0.8, 0.6),)
    parts = [Word(" $", 0.1, 0.4, 0.3), Word("7", 0.4, 0.5, 0.9)]
    assert join_pieces(parts, "en") == (Word(" $7", 0.4, 0.5, 0.9),)


@given(
    st.lists(
        st.sampled_from([" a", "b", "-", ".", " 1", "'", " ", " c-", " $", "\u00e9"]), max_size=12
    )
)
def test_the_first_words_are_the_first_words_of_the_text(heard: list[str]) -> None:
    words = join_pieces(pieces(*heard), "en")
    said = "".join(word.text for word in words).split()
    for count in range(len(words) + 1):
        first = "".join(word.text for word in words[:count]).split()
        assert said[:count] == first[:count]
    assert "".join(said) == "".join("".join(heard).split())
