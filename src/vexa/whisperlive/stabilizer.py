"""Pure: successive hypotheses of one turn in, settled words out.

LocalAgreement (Liu and others, 2020; used for Whisper by Macháček and others, 2023): a word is
settled when successive hypotheses, of growing audio, agree on it; here, all those of the last
seconds (ADR 0020). Settled words never change: not even by the last decode of the turn. Times here
are seconds from the start of the turn.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from vexa.whisperlive.engines.base import Word

#: Words that end closer than this to the edge of the audio may be halves of words.
EDGE_S = 0.5
#: Hypotheses must agree while this much audio comes in. Two that are half a second apart share
#: their mistakes: settling on them cost 6 points of word error rate (ADR 0020, 0028).
SPAN_S = 1.5
#: A word that the engine itself is this sure of needs agreement over less audio (ADR 0036).
SURE = 0.8
SURE_SPAN_S = 0.5
#: A word of this age needs agreement over less audio; an even older one needs none, so that one
#: doubtful word cannot hold back all that follows it.
OLD_S = 3.2
OLD_SPAN_S = 1.2
VERY_OLD_S = 3.4
#: Settled words leave at the end of a sentence, at a comma once they span this long, or anywhere:
#: that many of them once the oldest has the first age, however few once it has the second.
CLAUSE_S = 1.0
FEW_WORDS = 3
FEW_AGE_S = 1.0
MAX_AGE_S = 2.5

_SENTENCE_END = tuple(".?!…。？！؟।")
_CLAUSE_END = tuple(",;:，；：、،")


def normalise(text: str) -> str:
    """Return what two spellings of one word have in common: letters and digits, folded."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def prefix_length(settled: Sequence[Word], heard: Sequence[Word]) -> int:
    """Return how many words of `heard` say what `settled` says, by the least edits.

    A hypothesis need not repeat the settled words exactly; the words behind the best match of
    all of them are new. Of equally good matches the longest counts, so that nothing is doubled.
    """
    want = [normalise(word.text) for word in settled]
    have = [normalise(word.text) for word in heard]
    if have[: len(want)] == want:
        return len(want)
    row = list(range(len(have) + 1))
    for i, word in enumerate(want, 1):
        last, row = row, [i, *([0] * len(have))]
        for j, other in enumerate(have, 1):
            row[j] = min(last[j - 1] + (word != other), last[j] + 1, row[j - 1] + 1)
    best = min(row)
    return max(j for j, cost in enumerate(row) if cost == best)


class Stabilizer:
    """The text of one turn: settled words, those of them that have left, and the open tail."""

    def __init__(self, sent: Sequence[Word] = ()) -> None:
        """Begin with words of this turn that are already in finals."""
        self.settled: list[Word] = list(sent)
        self.sent = len(self.settled)
        self.tail: list[Word] = []
        self._before: list[tuple[float, list[Word]]] = []

    @property
    def prefix(self) -> str:
        """The settled text, as a hint for the engine."""
        return "".join(word.text for word in self.settled)

    @property
    def settled_end_s(self) -> float:
        """End of the last settled word; 0 when there is none."""
        return self.settled[-1].end_s if self.settled else 0.0

    @property
    def unsent(self) -> list[Word]:
        """Settled words that are in no final yet."""
        return self.settled[self.sent :]

    def update(self, heard: Sequence[Word], head_s: float) -> None:
        """Take a hypothesis of the turn so far.

        Args:
            heard: words from the start of the turn.
            head_s: how much audio the engine had.
        """
        tail = list(heard[prefix_length(self.settled, heard) :])
        agreed = self._agreed(tail, head_s)
        self.settled += tail[:agreed]
        self.tail = tail[agreed:]
        recent = [(then_s, words[agreed:]) for then_s, words in self._before]
        self._before = [*_since(recent, head_s - SPAN_S), (head_s, self.tail)]

    def _agreed(self, tail: list[Word], head_s: float) -> int:
        """Return how many leading words are settled by agreement, or by their age."""
        sure = self._agreed_over(tail, head_s, SURE_SPAN_S)
        young = self._agreed_over(tail, head_s, SPAN_S)
        old = self._agreed_over(tail, head_s, OLD_SPAN_S)
        agreed = 0
        for index, word in enumerate(tail):
            age_s = head_s - word.end_s
            is_sure = word.probability is not None and word.probability >= SURE
            is_settled = (
                (index < (sure if is_sure else young) and age_s >= EDGE_S)
                or (index < old and age_s >= OLD_S)
                or age_s >= VERY_OLD_S
            )
            if not is_settled:
                break
            agreed = index + 1
        return agreed

    def _agreed_over(self, tail: list[Word], head_s: float, span_s: float) -> int:
        """Return how many words all hypotheses of at least the last `span_s` have in common."""
        recent = _since(self._before, head_s - span_s)
        if not recent or recent[0][0] > head_s - span_s:
            return 0
        return min(_shared(before, tail) for _, before in recent)

    def finish(self, heard: Sequence[Word]) -> None:
        """Take the last hypothesis of the turn: its words beyond the settled ones are settled."""
        self.settled += heard[prefix_length(self.settled, heard) :]
        self.tail = []

    def forget(self, count: int, offset_s: float) -> None:
        """Let the first `count` sent words go; the turn begins `offset_s` later from now on."""
        self.settled = _earlier(self.settled[count:], offset_s)
        self.sent -= count
        self.tail = _earlier(self.tail, offset_s)
        self._before = [
            (head_s - offset_s, _earlier(words, offset_s)) for head_s, words in self._before
        ]

    def take_ready(self, head_s: float) -> list[Word]:
        """Return settled words that should leave as one final now, and count them as sent.

        Call it until it returns none: what follows the end of a sentence may be old as well.
        """
        waiting = self.unsent
        for index in range(len(waiting) - 1, -1, -1):
            if _ends_clause(waiting[: index + 1]):
                self.sent += index + 1
                return waiting[: index + 1]
        if not waiting:
            return []
        age_s = head_s - waiting[0].end_s
        is_old = age_s >= MAX_AGE_S or (age_s >= FEW_AGE_S and len(waiting) >= FEW_WORDS)
        return self.take_all() if is_old else []

    def take_all(self) -> list[Word]:
        """Return every settled word that is in no final yet, and count them as sent."""
        waiting = self.unsent
        self.sent = len(self.settled)
        return waiting


def _earlier(words: Sequence[Word], offset_s: float) -> list[Word]:
    return [
        replace(
            word, start_s=max(word.start_s - offset_s, 0.0), end_s=max(word.end_s - offset_s, 0.0)
        )
        for word in words
    ]


def _shared(one: Sequence[Word], other: Sequence[Word]) -> int:
    """Return how many words two hypotheses have in common from the start."""
    for index, (a, b) in enumerate(zip(one, other, strict=False)):
        if normalise(a.text) != normalise(b.text):
            return index
    return min(len(one), len(other))


def _since(
    hypotheses: list[tuple[float, list[Word]]], since_s: float
) -> list[tuple[float, list[Word]]]:
    """Return the hypotheses from the last one at or before `since_s` on."""
    first = 0
    for index, (head_s, _) in enumerate(hypotheses):
        if head_s <= since_s:
            first = index
    return hypotheses[first:]


def _ends_clause(words: list[Word]) -> bool:
    last = words[-1].text.rstrip("\"'”’)")
    if last.endswith(_SENTENCE_END):
        return True
    return last.endswith(_CLAUSE_END) and words[-1].end_s - words[0].start_s >= CLAUSE_S
