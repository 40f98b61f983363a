"""LocalAgreement: what hypotheses agree on for long enough is settled, and stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vexa.whisperlive.engines.base import Word
from vexa.whisperlive.stabilizer import Stabilizer, normalise, prefix_length


def words(text: str, word_s: float = 0.5, probability: float | None = None) -> list[Word]:
    return [
        Word(f" {part}", index * word_s, (index + 1) * word_s, probability)
        for index, part in enumerate(text.split())
    ]


def text(items: list[Word]) -> str:
    return "".join(item.text for item in items).strip()


@pytest.mark.parametrize(
    ("one", "other"),
    [(" Hello,", "hello"), ("don't", "Dont"), ("Ａ１", "a1"), (" Straße", "strasse")],
)
def test_spellings_of_one_word_are_equal(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("settled", "heard", "length"),
    [
        ("", "a b", 0),
        ("a b", "a b c", 2),
        ("a b", "A, b. c", 2),
        ("a b c", "a c d", 2),
        ("a b", "a x b c", 3),
        ("a b", "", 0),
        ("two two", "two two two", 2),
    ],
)
def test_the_settled_words_are_found_in_what_was_heard(
    settled: str, heard: str, length: int
) -> None:
    assert prefix_length(words(settled), words(heard)) == length


def agree(stabilizer: Stabilizer, said: str, *heads_s: float) -> None:
    for head_s in heads_s:
        stabilizer.update(words(said), head_s)


def test_words_that_hypotheses_share_for_long_enough_are_settled() -> None:
    stabilizer = Stabilizer()
    agree(stabilizer, "the cat sad", 2.0, 3.0, 3.4)
    assert stabilizer.settled == []
    agree(stabilizer, "The cat sat on", 3.6)
    assert text(stabilizer.settled) == "The cat"
    assert text(stabilizer.tail) == "sat on"


def test_one_hypothesis_that_differs_begins_the_wait_anew() -> None:
    stabilizer = Stabilizer()
    agree(stabilizer, "the cat", 1.6)
    agree(stabilizer, "a cat", 2.0)
    agree(stabilizer, "the cat", 2.2, 3.2, 3.6)
    assert stabilizer.settled == []
    agree(stabilizer, "the cat", 3.8)
    assert text(stabilizer.settled) == "the cat"


def test_an_old_word_needs_less_agreement_and_a_very_old_one_none() -> None:
    for head_s, settled in ((3.65, ""), (3.75, "the")):
        stabilizer = Stabilizer()
        agree(stabilizer, "a cat", 2.4)
        agree(stabilizer, "the cat", 2.45, head_s)
        assert text(stabilizer.settled) == settled
    for head_s, settled in ((3.85, ""), (3.95, "the")):
        stabilizer = Stabilizer()
        agree(stabilizer, "a cat", 3.6)
        agree(stabilizer, "the cat", head_s)
        assert text(stabilizer.settled) == settled


@pytest.mark.parametrize(
    ("probability", "head_s", "settled"),
    [(0.8, 2.4, ""), (0.8, 2.5, "the cat"), (0.79, 2.5, ""), (None, 2.5, "")],
)
def test_a_word_that_the_engine_is_sure_of_needs_agreement_over_less_audio(
    probability: float | None, head_s: float, settled: str
) -> None:
    stabilizer = Stabilizer()
    for then_s in (2.0, head_s):
        stabilizer.update(words("the cat", probability=probability), then_s)
    assert text(stabilizer.settled) == settled


def test_a_doubtful_word_holds_back_the_sure_ones_behind_it() -> None:
    stabilizer = Stabilizer()
    said = words("the cat sat", probability=0.9)
    said[1] = words("the cat", probability=0.5)[1]
    for head_s in (2.0, 2.6):
        stabilizer.update(said, head_s)
    assert text(stabilizer.settled) == "the"


def test_a_word_at_the_edge_of_the_audio_waits() -> None:
    stabilizer = Stabilizer()
    agree(stabilizer, "the cat sat on it all", 1.0, 3.0)
    assert text(stabilizer.settled) == "the cat sat on it"


def test_the_last_decode_only_adds() -> None:
    stabilizer = Stabilizer()
    agree(stabilizer, "the cat sat", 3.0, 5.0)
    stabilizer.finish(words("a bat sat down"))
    assert text(stabilizer.settled) == "the cat sat down"


def test_a_comma_ends_a_clause_only_after_a_while() -> None:
    stabilizer = Stabilizer()
    agree(stabilizer, "well, then", 0.0, 1.5)
    assert text(stabilizer.settled) == "well, then"
    assert stabilizer.take_ready(1.5) == []
    stabilizer = Stabilizer()
    agree(stabilizer, "well, I think, so", 1.0, 2.5)
    assert text(stabilizer.take_ready(1.4)) == "well, I think,"
    assert text(stabilizer.unsent) == "so"


@pytest.mark.parametrize(
    ("said", "head_s", "left"),
    [
        ("one two three", 1.4, ""),
        ("one two three", 1.5, "one two three"),
        ("one two", 2.9, ""),
        ("one two", 3.0, "one two"),
    ],
)
def test_a_few_words_leave_together_early_and_fewer_later(
    said: str, head_s: float, left: str
) -> None:
    stabilizer = Stabilizer()
    agree(stabilizer, said, 1.0, 2.5)
    assert text(stabilizer.settled) == said
    assert text(stabilizer.take_ready(head_s)) == left


def test_what_follows_the_end_of_a_sentence_leaves_as_a_final_of_its_own() -> None:
    stabilizer = Stabilizer()
    agree(stabilizer, "It is. Then we go", 2.5, 4.0)
    assert text(stabilizer.settled) == "It is. Then we go"
    assert text(stabilizer.take_ready(4.0)) == "It is."
    assert text(stabilizer.take_ready(4.0)) == "Then we go"
    assert stabilizer.take_ready(4.0) == []


SENTENCES = st.lists(st.sampled_from(["a", "b.", "c,", "D", "e"]), max_size=12).map(" ".join)


@given(st.lists(SENTENCES, max_size=8), SENTENCES)
def test_what_is_settled_is_a_prefix_of_what_is_settled_later(
    hypotheses: list[str], last: str
) -> None:
    stabilizer = Stabilizer()
    sent: list[Word] = []
    for turn, hypothesis in enumerate(hypotheses):
        before = list(stabilizer.settled)
        stabilizer.update(words(hypothesis), 6.5 + 2 * turn)
        assert stabilizer.settled[: len(before)] == before
        sent += stabilizer.take_ready(6.5 + 2 * turn)
        assert sent == stabilizer.settled[: len(sent)]
    before = list(stabilizer.settled)
    stabilizer.finish(words(last))
    assert stabilizer.settled[: len(before)] == before
    assert sent + stabilizer.take_all() == stabilizer.settled
