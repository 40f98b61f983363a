"""Pure: the pieces of an alignment into words as they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from vexa.whisperlive.engines.base import Word

#: Languages without spaces between words: each piece is shown as it comes. Those that
#: faster-whisper's `Tokenizer.split_to_word_tokens` splits by character.
UNSPACED_LANGUAGES = frozenset({"zh", "ja", "th", "lo", "my", "yue"})


def join_pieces(pieces: Iterable[Word], language: str) -> tuple[Word, ...]:
    """Return words whose first `n` are in the first `n` words of the text that they make.

    A piece that no space separates from the one before belongs to it ("well" and "-known"), where
    the language has spaces; so does one without letters, in any language. A joined word has the
    lowest probability of its parts with letters.
    """
    words: list[Word] = []
    for piece in pieces:
        is_apart = language in UNSPACED_LANGUAGES or piece.text[:1].isspace()
        if words and not is_apart:
            words[-1] = _joined(words[-1], piece)
        else:
            words.append(piece)
    shown: list[Word] = []
    for word in words:
        if shown and not _is_said(word):
            shown[-1] = _joined(shown[-1], word)
        elif word.text.strip():
            shown.append(word)
    return tuple(shown)


def _is_said(word: Word) -> bool:
    return any(char.isalnum() for char in word.text)


def _joined(word: Word, piece: Word) -> Word:
    text = word.text + piece.text
    if not _is_said(piece):
        return replace(word, text=text)
    if not _is_said(word):
        return replace(piece, text=text)
    known = [each for each in (word.probability, piece.probability) if each is not None]
    end_s = max(word.end_s, piece.end_s)
    return Word(text, word.start_s, end_s, min(known) if known else None)
