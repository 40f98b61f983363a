"""CTranslate2 Whisper through faster-whisper's loader, features and tokenizer.

The window is cut to the audio and not padded to 30 s: on a CPU the padding is most of the bill.
What that costs in quality, the repeat guard wins back (ADR 0021).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.contracts.errors import EngineUnavailable, SpeechError
from vexa.whisperlive.engines import guards
from vexa.whisperlive.engines.base import (
    DecodeHints,
    Engine,
    EngineCapabilities,
    EngineOptions,
    Gate,
    Hypothesis,
    Samples,
    Window,
    Word,
    check_window,
)
from vexa.whisperlive.engines.word_pieces import join_pieces

#: Shortest encoder window, and silence after the audio, seconds (ADR 0021).
MIN_WINDOW_S = 5.0
WINDOW_MARGIN_S = 0.4
#: Wider windows for a decode that looks wrong; the last is Whisper's own.
WIDER_WINDOWS_S = (10.0, 30.0)
#: Language is identified on windows of at least this length.
LANGUAGE_WINDOW_S = 10.0
#: Feature frames per second: 10 ms hop.
FRAMES_PER_S = 100
#: Hypotheses kept side by side. From 4 on, CTranslate2 takes twice as long for an answer whose
#: beginning is forced, as that of every draft of a long turn is (ADR 0035).
BEAM = 3
#: Windows of one batch: at four the decoder's steps cost little more than at one (ADR 0027).
TOGETHER = 4
#: Whisper's decoder holds 448 tokens, half of them prompt at most.
MAX_PROMPT_TOKENS = 200


@dataclass(frozen=True, slots=True)
class _Decode:
    tokens: list[int]
    text: str
    mean_logprob: float
    no_speech: float
    full: bool


class FasterWhisperEngine:
    """A loaded CTranslate2 Whisper model."""

    def __init__(self, model: WhisperModel) -> None:
        self._model = model
        self._multilingual = bool(model.model.is_multilingual)
        self.capabilities = EngineCapabilities(
            name="faster_whisper",
            languages=None if self._multilingual else frozenset({"en"}),
            translates=self._multilingual,
            together=TOGETHER,
        )

    def decode(self, samples: Samples, hints: DecodeHints) -> Hypothesis:
        """Turn one window into words; see `Engine.decode`."""
        if not check_window(samples):
            return Hypothesis(language=hints.language)
        duration_s = len(samples) / SAMPLE_RATE_HZ
        with _engine_errors():
            return self._decode_widening(samples, duration_s, hints)

    def decode_together(self, windows: Sequence[Window]) -> list[Hypothesis]:
        """Turn several windows into words; see `Engine.decode_together`."""
        heard = [Hypothesis(language=window.hints.language) for window in windows]
        audible = [n for n, window in enumerate(windows) if check_window(window.samples)]
        if not audible:
            return heard
        with _engine_errors():
            answers = self._decode_batch([windows[n] for n in audible])
            for number, answer in zip(audible, answers, strict=True):
                window = windows[number]
                is_poor = answer.doubtful and window.hints.thorough
                # one poor answer is decoded again by itself, wider
                heard[number] = self.decode(window.samples, window.hints) if is_poor else answer
        return heard

    def _decode_batch(self, windows: Sequence[Window]) -> list[Hypothesis]:
        durations_s = [len(window.samples) / SAMPLE_RATE_HZ for window in windows]
        window_s = self._windows(max(durations_s), detects=False)[0]
        # the encoder gains nothing from a batch; the decoder does, word by word (ADR 0027)
        encoded = [self._encode(window.samples, window_s) for window in windows]
        hints = [window.hints for window in windows]
        language = hints[0].language or "en"
        tokenizer = self._tokenizer(language, hints[0].task)
        decodes = self._generate(_stacked(encoded), tokenizer, hints, durations_s)
        return [
            replace(
                self._judge(one, tokenizer, decode, duration_s, language),
                recognised=self._recognise(one, hints[0]),
            )
            for one, decode, duration_s in zip(encoded, decodes, durations_s, strict=True)
        ]

    def _judge(
        self, encoded: Any, tokenizer: Tokenizer, decode: _Decode, duration_s: float, language: str
    ) -> Hypothesis:
        if _is_invented(decode, language):
            return Hypothesis((), language)
        if decode.full or guards.looks_repeated(decode.text, duration_s):
            return Hypothesis((), language, doubtful=True)
        return Hypothesis(self._words(encoded, tokenizer, decode.tokens, duration_s), language)

    def unload(self) -> None:
        """Give the model's memory back; see `Engine.unload`."""
        self._model.model.unload_model()

    def _decode_widening(
        self, samples: Samples, duration_s: float, hints: DecodeHints
    ) -> Hypothesis:
        language, probability = hints.language, 1.0
        recognised: tuple[str, float] | None = None
        detects = language is None and self._multilingual
        for window_s in self._windows(duration_s, detects):
            encoded = self._encode(samples, window_s)
            if language is None:
                language, probability = self._detect(encoded, hints.allowed)
            recognised = recognised or self._recognise(encoded, hints)
            tokenizer = self._tokenizer(language, hints.task)
            decode = self._generate(encoded, tokenizer, [hints], [duration_s])[0]
            if _is_invented(decode, language):
                return Hypothesis((), language, probability)
            if not decode.full and not guards.looks_repeated(decode.text, duration_s):
                words = self._words(encoded, tokenizer, decode.tokens, duration_s)
                return Hypothesis(words, language, probability, recognised=recognised)
            if not hints.thorough:
                break
        else:
            if guards.compression_ratio(decode.text) <= guards.MAX_COMPRESSION_RATIO:
                words = self._words(encoded, tokenizer, decode.tokens, duration_s)
                return Hypothesis(words, language, probability, recognised=recognised)
        return Hypothesis((), language, probability, doubtful=True)

    def _recognise(self, encoded: Any, hints: DecodeHints) -> tuple[str, float] | None:
        if not hints.recognise or hints.language is None or not self._multilingual:
            return None
        return self._detect(encoded, hints.allowed)

    @staticmethod
    def _windows(duration_s: float, detects: bool) -> list[float]:
        shortest_s = LANGUAGE_WINDOW_S if detects else MIN_WINDOW_S
        first_s = min(max(shortest_s, duration_s + WINDOW_MARGIN_S), WIDER_WINDOWS_S[-1])
        return [first_s, *(wider_s for wider_s in WIDER_WINDOWS_S if wider_s > first_s)]

    def _encode(self, samples: Samples, window_s: float) -> Any:
        padded = np.zeros(int(window_s * SAMPLE_RATE_HZ), dtype=np.float32)
        padded[: len(samples)] = samples[: len(padded)]
        features = self._model.feature_extractor(padded, padding=0)
        even = features[:, : features.shape[1] // 2 * 2]
        return self._model.encode(np.ascontiguousarray(even, dtype=np.float32))

    def _detect(self, encoded: Any, allowed: frozenset[str] | None) -> tuple[str, float]:
        if not self._multilingual:
            return "en", 1.0
        found = [
            (token[2:-2], float(probability))
            for token, probability in self._model.model.detect_language(encoded)[0]
        ]
        among = [one for one in found if allowed is None or one[0] in allowed]
        if not among:
            return found[0]
        total = sum(probability for _, probability in among)
        code, probability = max(among, key=lambda one: one[1])
        return code, probability / total if total else probability

    def _tokenizer(self, language: str, task: str) -> Tokenizer:
        return Tokenizer(self._model.hf_tokenizer, self._multilingual, task=task, language=language)

    def _generate(
        self,
        encoded: Any,
        tokenizer: Tokenizer,
        hints: Sequence[DecodeHints],
        durations_s: Sequence[float],
    ) -> list[_Decode]:
        head: list[int] = []
        if hints[0].prompt:
            said = tokenizer.encode(" " + hints[0].prompt.strip())[-MAX_PROMPT_TOKENS:]
            head = [tokenizer.sot_prev, *said]
        head = [*head, *tokenizer.sot_sequence, tokenizer.no_timestamps]
        prefixes = [
            tokenizer.encode(each.prefix)[:MAX_PROMPT_TOKENS] if each.prefix else []
            for each in hints
        ]
        language = tokenizer.language_code
        # CTranslate2 counts the forced tokens of a prefix as answer, and gives them back
        allowed = [
            max(guards.max_tokens(duration_s, language), len(prefix) + guards.TOKENS_HEAD_START)
            for duration_s, prefix in zip(durations_s, prefixes, strict=True)
        ]
        results = self._model.model.generate(
            encoded,
            [[*head, *prefix] for prefix in prefixes],
            beam_size=BEAM,
            # it answers with at most half of this
            max_length=min(2 * max(allowed), self._model.max_length),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=not any(prefixes),
            suppress_tokens=self._suppressed(tokenizer),
        )
        return [
            _read_result(tokenizer, result, most)
            for result, most in zip(results, allowed, strict=True)
        ]

    @staticmethod
    def _suppressed(tokenizer: Tokenizer) -> list[int]:
        marks: Any = [-1]  # faster-whisper's word for "all that is not speech"
        return list(get_suppressed_tokens(tokenizer, marks) or [])

    def _words(
        self, encoded: Any, tokenizer: Tokenizer, tokens: list[int], duration_s: float
    ) -> tuple[Word, ...]:
        if not tokens:
            return ()
        frames = int(duration_s * FRAMES_PER_S)
        batch: Any = [tokens]
        aligned = self._model.find_alignment(tokenizer, batch, encoded, frames)[0]
        return join_pieces((_piece(item, duration_s) for item in aligned), tokenizer.language_code)


def _piece(item: dict[str, Any], duration_s: float) -> Word:
    start_s = min(float(item["start"]), duration_s)
    end_s = min(max(float(item["end"]), start_s), duration_s)
    return Word(str(item["word"]), start_s, end_s, float(item["probability"]))


def _is_invented(decode: _Decode, language: str) -> bool:
    return guards.is_laughter(decode.text) or guards.looks_invented(
        decode.no_speech, decode.mean_logprob, decode.text, language
    )


def _read_result(tokenizer: Tokenizer, result: Any, allowed: int) -> _Decode:
    tokens = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
    share = len(tokens) / (len(tokens) + 1) if tokens else 1.0
    return _Decode(
        tokens,
        tokenizer.decode(tokens),
        float(result.scores[0] * share),
        float(result.no_speech_prob),
        full=len(tokens) >= allowed,
    )


def _stacked(encoded: Sequence[Any]) -> Any:
    """Join outputs of the encoder, each float32[1, n, d], into one batch."""
    joined = np.concatenate([np.asarray(one) for one in encoded])
    return ctranslate2.StorageView.from_array(joined)  # type: ignore[attr-defined]


@contextmanager
def _engine_errors() -> Iterator[None]:
    try:
        yield
    except (RuntimeError, ValueError) as exc:
        raise SpeechError(f"decode failed: {type(exc).__name__}") from exc


class FasterWhisperLoader:
    """Loads a folder in CTranslate2's Whisper format."""

    needs_model = True
    gate: Gate = "speech"

    def load(self, folder: Path | None, options: EngineOptions) -> Engine:
        """Load the model in `folder`. Raises EngineUnavailable."""
        if folder is None:
            raise EngineUnavailable("this engine needs a model folder")
        try:
            model = WhisperModel(
                str(folder),
                device=options.device,
                compute_type=options.compute_type,
                cpu_threads=options.threads,
                num_workers=options.workers,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as exc:
            where = "" if options.device == "cpu" else f" with DEVICE_TYPE={options.device}"
            why = f"the model in {folder.name} cannot be loaded{where}: {exc}"
            raise EngineUnavailable(why) from exc
        return FasterWhisperEngine(model)


LOADER = FasterWhisperLoader()
