"""A session that goes on with another language or task: each word once, at its true time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.coded_stream import Driver, Heard, say, split
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.whisperlive.engines.base import Samples
from vexa.whisperlive.events import Asked, Point
from vexa.whisperlive.manner import manners
from vexa.whisperlive.resume import point_fields, read_point

#: A word of `say` and the silence behind it, seconds.
WORD_S = 0.4
PIECES = [1600, 4000]


def stored(point: Point) -> Point:
    """What a point is after it was in Redis."""
    return read_point(point_fields(point))


def codes(heard: Heard) -> list[int]:
    return [int(word[1:]) for word in heard.words]


def change_at(samples: Samples, position: int, asked: Asked) -> tuple[Heard, Heard]:
    """Hear a stream whose client comes back with another hello once `position` was sent."""
    first = Driver(with_words=True)
    for piece in split(samples[:position], PIECES):
        first.feed(piece)
    point = stored(first.heard.points[-1]) if first.heard.points else Point()
    second = Driver(point, asked=asked, with_words=True)
    for piece in split(samples[point.durable_sample :], PIECES):
        second.feed(piece)
    return first.heard, second.finish()


@given(
    words=st.integers(2, 45),
    pause_after=st.integers(1, 45),
    pause_s=st.sampled_from([0.0, 0.3, 0.7, 1.5]),
    share=st.floats(0.0, 1.0),
    translate=st.booleans(),
)
def test_a_change_at_any_moment_loses_and_doubles_no_word(
    words: int, pause_after: int, pause_s: float, share: float, translate: bool
) -> None:
    head, tail = list(range(1, words + 1))[:pause_after], list(range(1, words + 1))[pause_after:]
    samples = say(0.3, head, pause_s, tail, 0.2)
    asked = Asked("en", "translate") if translate else Asked("fr")
    before, after = change_at(samples, round(len(samples) * share), asked)
    assert codes(before) + codes(after) == list(range(1, words + 1))
    finals = before.finals + after.finals
    assert [final.seq for final in finals] == list(range(len(finals)))
    for word in (word for final in finals for word in final.words or ()):
        code = int(word.text.strip()[1:].rstrip("."))
        true_s = 0.3 + (code - 1) * WORD_S + (pause_s if code > pause_after else 0.0)
        assert abs(word.start_s - true_s) < 0.05


def test_a_turn_with_words_in_finals_goes_on_as_it_began_and_the_next_does_not() -> None:
    samples = say(0.3, list(range(1, 41)))
    before, after = change_at(samples, 11 * SAMPLE_RATE_HZ, Asked("fr", "translate"))
    assert before.points[-1].sent, "the change is meant to come within a turn"
    letters = [word[0] for word in before.words + after.words]
    changed_at = letters.index("t")
    assert set(letters[:changed_at]) == {"w"}
    assert set(letters[changed_at:]) == {"t"}
    # cut at the quietest place of the four seconds behind the last word that was in a final
    assert (changed_at - len(before.words)) * WORD_S < 4.5
    assert {final.language for final in after.finals} == {"en", "fr"}


def test_speech_that_is_in_no_final_yet_is_decoded_as_asked_now() -> None:
    samples = say(0.3, [1, 2, 3], 1.5, [4, 5])
    _, after = change_at(samples, SAMPLE_RATE_HZ, Asked("fr", "translate"))
    assert after.words == ["t1", "t2", "t3", "t4", "t5"]


def test_a_language_that_was_forced_is_not_held_once_it_is_to_be_detected() -> None:
    point = stored(Point(3, 1600, (), "es", Asked("es")))
    now, before = manners(Asked(None), point)
    assert (now.language.code, now.language.is_forced) == (None, False)
    assert (before.language.code, before.language.is_forced) == ("es", True)


def test_a_language_that_was_found_is_held_by_the_next_socket() -> None:
    asked = Asked(None, allowed=frozenset({"es", "en"}))
    now, before = manners(asked, stored(Point(3, 1600, (), "es", asked)))
    assert now is before
    assert (now.language.code, now.language.is_forced) == ("es", False)
    assert now.hints("", may_doubt=True, thorough=True).allowed == frozenset({"es", "en"})


def test_other_names_to_expect_change_nothing_of_a_turn() -> None:
    point = stored(Point(3, 1600, (), "en", Asked("en", prompt="Ada")))
    now, before = manners(Asked("en", prompt="Bo"), point)
    assert now is before
    assert now.asked.prompt == "Bo"
