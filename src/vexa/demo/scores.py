"""How well a meeting was heard: words, names and delays, against what was really said. Pure.

Word error rate is speaker-attributed: per participant, all finals under that name in order
against that participant's text, both through Whisper's English normaliser, errors summed. Names:
of the reference words that were heard at all, the share under the right name. A reference word
is looked for under its own name first, in order and then out of it; only if it is not there may
another name's word of the same text and time, not needed by its own speaker, count as wrongly
named. If its own speaker said a word that was not heard, and nearer in time than the other's, it is
that word, misheard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import cast

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from vexa.demo.heard import HeardWord, plain_words

#: A heard word can be a reference word only if their times differ by no more than this.
SAME_TIME_S = 3.0


@dataclass(frozen=True, slots=True)
class SaidWord:
    """A reference word; epoch seconds of its end."""

    text: str
    participant: str
    end_s: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures of one meeting. Shares are 0–1, delays in seconds from the end of the word."""

    wer: float
    named_right: float
    named_wrong: float
    named_wrong_words: int
    unnamed: float
    draft_p50_s: float
    draft_p95_s: float
    final_p50_s: float
    final_p95_s: float
    ref_words: int


def score(said: list[SaidWord], heard: list[HeardWord]) -> Scores:
    """Score the heard words of a meeting against those said; both in order of time."""
    right, left_said, left_heard = _match_own_names(said, heard)
    right += _match_out_of_order(left_said, left_heard)
    elsewhere = [
        pair for pair in _match(left_said, left_heard) if not _is_misheard(*pair, left_said)
    ]
    wrong = [pair for pair in elsewhere if pair[1].name is not None]
    found = len(right) + len(elsewhere)
    pairs = right + elsewhere
    drafts = [heard_word.shown_s - said_word.end_s for said_word, heard_word in pairs]
    finals = [heard_word.final_s - said_word.end_s for said_word, heard_word in pairs]
    return Scores(
        wer=round(attributed_wer(said, heard), 4),
        named_right=round(len(right) / found, 4) if found else 0.0,
        named_wrong=round(len(wrong) / found, 4) if found else 0.0,
        named_wrong_words=len(wrong),
        unnamed=round((len(elsewhere) - len(wrong)) / found, 4) if found else 0.0,
        draft_p50_s=_percentile(drafts, 50),
        draft_p95_s=_percentile(drafts, 95),
        final_p50_s=_percentile(finals, 50),
        final_p95_s=_percentile(finals, 95),
        ref_words=len(said),
    )


Pair = tuple[SaidWord, HeardWord]


def _match_own_names(
    said: list[SaidWord], heard: list[HeardWord]
) -> tuple[list[Pair], list[SaidWord], list[HeardWord]]:
    pairs: list[Pair] = []
    for name in dict.fromkeys(word.participant for word in said):
        pairs += _match(
            [word for word in said if word.participant == name],
            [word for word in heard if word.name == name],
        )
    used_said = {id(said_word) for said_word, _ in pairs}
    used_heard = {id(heard_word) for _, heard_word in pairs}
    return (
        pairs,
        [word for word in said if id(word) not in used_said],
        [word for word in heard if id(word) not in used_heard],
    )


def _match_out_of_order(said: list[SaidWord], heard: list[HeardWord]) -> list[Pair]:
    """Take out of both lists what is a speaker's own word all the same, and return it."""
    pairs: list[Pair] = []
    for heard_word in list(heard):
        own = next((one for one in said if _is_own(one, heard_word)), None)
        if own is not None:
            said.remove(own)
            heard.remove(heard_word)
            pairs.append((own, heard_word))
    return pairs


def _is_own(said: SaidWord, heard: HeardWord) -> bool:
    is_near = abs(said.end_s - heard.at_s) <= SAME_TIME_S
    return is_near and said.participant == heard.name and _key(said.text) == _key(heard.text)


def _is_misheard(same: SaidWord, heard: HeardWord, unheard: list[SaidWord]) -> bool:
    """Whether its own speaker said something else that is nearer in time than `same`."""
    own = [abs(word.end_s - heard.at_s) for word in unheard if word.participant == heard.name]
    return min(own, default=SAME_TIME_S) < abs(same.end_s - heard.at_s)


def _match(said: list[SaidWord], heard: list[HeardWord]) -> list[Pair]:
    matcher = SequenceMatcher(
        None,
        [_key(word.text) for word in said],
        [_key(word.text) for word in heard],
        autojunk=False,
    )
    pairs = [
        (said[block.a + offset], heard[block.b + offset])
        for block in matcher.get_matching_blocks()
        for offset in range(block.size)
    ]
    return [pair for pair in pairs if abs(pair[0].end_s - pair[1].at_s) <= SAME_TIME_S]


def _key(text: str) -> str:
    return " ".join(plain_words(text))


def attributed_wer(said: list[SaidWord], heard: list[HeardWord]) -> float:
    """Errors over all participants, and under names that nobody bears, per reference word."""
    normalise = cast(Callable[[], Callable[[str], str]], EnglishTextNormalizer)()
    references: dict[str | None, list[str]] = defaultdict(list)
    for said_word in said:
        references[said_word.participant].append(said_word.text)
    hypotheses: dict[str | None, list[str]] = defaultdict(list)
    for heard_word in heard:
        hypotheses[heard_word.name].append(heard_word.text)
    errors = words = 0
    for name in {*references, *hypotheses}:
        reference = normalise(" ".join(references[name]))
        hypothesis = normalise(" ".join(hypotheses[name]))
        if not reference:
            errors += len(hypothesis.split())
            continue
        result = jiwer.process_words(reference, hypothesis)
        errors += result.substitutions + result.deletions + result.insertions
        words += len(reference.split())
    return errors / words if words else 0.0


def _percentile(values: list[float], percent: float) -> float:
    if not values:
        return 0.0
    ordered = sorted(values)
    position = (len(ordered) - 1) * percent / 100
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (position - low), 3)
