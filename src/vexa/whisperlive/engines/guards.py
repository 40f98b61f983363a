"""Pure checks that tell a good decode from an invented or a looping one.

The thresholds of the repeat guard are those of the measurements in ADR 0021; the others are
Whisper's own defaults (openai/whisper, transcribe.py).
"""

from __future__ import annotations

import re
import zlib
from collections import Counter

#: Speech seldom exceeds this rate; a decoder that loops does. Words per second, and a head start.
MAX_WORDS_PER_S = 4.3
WORDS_HEAD_START = 3
#: Tokens that a decode of one second may need, and a head start. English takes about 4; languages
#: that Whisper's vocabulary spells in bytes take several times as many.
MAX_TOKENS_PER_S = 9
MAX_TOKENS_PER_S_LATIN = 5
TOKENS_HEAD_START = 14
LATIN = frozenset({"en", "de", "fr", "es", "it", "pt", "nl"})
#: How often a word trigram may occur.
MAX_TRIGRAM_COUNT = 1
#: Text that compresses better than this repeats itself.
MAX_COMPRESSION_RATIO = 2.4
#: Above this probability of no speech, a decode with a mean log probability below the second
#: value is invented.
MAX_NO_SPEECH = 0.6
MIN_MEAN_LOGPROB = -1.0

#: What Whisper makes of noise, as the subtitles it learned from end: dropped when it is all that
#: was heard and the decode is less sure than either value below.
STOCK_PHRASES: dict[str, frozenset[str]] = {
    "en": frozenset(
        {
            "you", "bye", "thank you", "thanks for watching", "thank you for watching",
            "thank you very much", "please subscribe", "subtitles by the amara org community",
        }
    ),
    "de": frozenset({"vielen dank", "untertitel der amara org community", "untertitelung des zdf"}),
    "fr": frozenset({"merci", "sous titres réalisés par la communauté d amara org"}),
    "es": frozenset({"gracias", "subtítulos realizados por la comunidad de amara org"}),
    "ja": frozenset({"ご視聴ありがとうございました"}),
    "zh": frozenset({"謝謝觀看", "谢谢观看"}),
}  # fmt: skip
PHRASE_NO_SPEECH = 0.4
PHRASE_LOGPROB = -0.8

_WORD = re.compile(r"\w+")
#: One word of laughter as it is written, and what is laughter only when said again. What is a word
#: somewhere ("ja ja", "はは") is not among it.
_LAUGHTER = re.compile(
    r"(ha+h?){2,}|(he){2,}h?|heh|(hi){2,}|(ха){2,}|(хе){2,}|[哈呵嘿]{2,}|ハ{2,}|[ㅋㅎ]{2,}"
)
_LAUGH = re.compile(r"ha+h?|ха|[哈呵嘿]")


def max_tokens(duration_s: float, language: str) -> int:
    """Return the number of tokens after which a decode of `duration_s` is looping."""
    rate = MAX_TOKENS_PER_S_LATIN if language in LATIN else MAX_TOKENS_PER_S
    return int(duration_s * rate) + TOKENS_HEAD_START


def compression_ratio(text: str) -> float:
    """Return how many times smaller zlib makes the text; 0 for no text."""
    data = text.encode()
    return len(data) / len(zlib.compress(data)) if data else 0.0


def looks_repeated(text: str, duration_s: float) -> bool:
    """Tell whether a decode of `duration_s` seems to say the same thing twice."""
    words = _WORD.findall(text.lower())
    if len(words) > duration_s * MAX_WORDS_PER_S + WORDS_HEAD_START:
        return True
    trigrams = Counter(zip(words, words[1:], words[2:], strict=False))
    if any(count > MAX_TRIGRAM_COUNT for count in trigrams.values()):
        return True
    return compression_ratio(text) > MAX_COMPRESSION_RATIO


def looks_invented(
    no_speech_probability: float, mean_logprob: float, text: str = "", language: str | None = None
) -> bool:
    """Tell whether a decode put words where nobody spoke."""
    if no_speech_probability > MAX_NO_SPEECH and mean_logprob < MIN_MEAN_LOGPROB:
        return True
    is_unsure = no_speech_probability > PHRASE_NO_SPEECH or mean_logprob < PHRASE_LOGPROB
    phrases = STOCK_PHRASES.get(language or "", frozenset())
    return is_unsure and " ".join(_WORD.findall(text.lower())) in phrases


def is_laughter(text: str) -> bool:
    """Tell whether a text is laughter written out, and nothing else."""
    words = _WORD.findall(text.lower())
    if len(words) == 1:
        return _LAUGHTER.fullmatch(words[0]) is not None
    return bool(words) and all(_LAUGH.fullmatch(w) or _LAUGHTER.fullmatch(w) for w in words)
