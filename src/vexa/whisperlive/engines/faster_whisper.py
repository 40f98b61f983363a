"""CTranslate2 Whisper through faster-whisper's loader, features and tokenizer.

The window is cut to the audio and not padded to 30 s: on a CPU the padding is most of the bill.
What that costs in quality, the repeat guard wins back (ADR 0021).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    Word,
    check_window,
)

#: Shortest encoder window, and silence after the audio, seconds (ADR 0021).
MIN_WINDOW_S = 5.0
WINDOW_MARGIN_S = 0.4
#: Wider windows for a decode that looks wrong; the last is Whisper's own.
WIDER_WINDOWS_S = (10.0, 30.0)
#: Language is identified on windows of at least this length.
LANGUAGE_WINDOW_S = 10.0
#: Feature frames per second: 10 ms hop.
FRAMES_PER_S = 100
#: Hypotheses kept side by side. On 50 read utterances (984 words, base) 5 made 12.9 % errors, where
#: 1 made 16.1 %, for a quarter more CPU: the encoder is most of the bill (measured 2026-11).
BEAM = 5
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
        )

    def decode(self, samples: Samples, hints: DecodeHints) -> Hypothesis:
        """Turn one window into words; see `Engine.decode`."""
        if not check_window(samples):
            return Hypothesis(language=hints.language)
        duration_s = len(samples) / SAMPLE_RATE_HZ
        try:
            return self._decode_widening(samples, duration_s, hints)
        except (RuntimeError, ValueError) as exc:
            raise SpeechError(f"decode failed: {type(exc).__name__}") from exc

    def unload(self) -> None:
        """Give the model's memory back; see `Engine.unload`."""
        self._model.model.unload_model()

    def _decode_widening(
        self, samples: Samples, duration_s: float, hints: DecodeHints
    ) -> Hypothesis:
        language, probability = hints.language, 1.0
        detects = language is None and self._multilingual
        for window_s in self._windows(duration_s, detects):
            encoded = self._encode(samples, window_s)
            if language is None:
                language, probability = self._detect(encoded)
            tokenizer = self._tokenizer(language, hints.task)
            decode = self._generate(encoded, tokenizer, hints, duration_s)
            if guards.looks_invented(decode.no_speech, decode.mean_logprob):
                return Hypothesis((), language, probability)
            if not decode.full and not guards.looks_repeated(decode.text, duration_s):
                words = self._words(encoded, tokenizer, decode.tokens, duration_s)
                return Hypothesis(words, language, probability)
            if not hints.thorough:
                break
        else:
            if guards.compression_ratio(decode.text) <= guards.MAX_COMPRESSION_RATIO:
                words = self._words(encoded, tokenizer, decode.tokens, duration_s)
                return Hypothesis(words, language, probability)
        return Hypothesis((), language, probability, doubtful=True)

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

    def _detect(self, encoded: Any) -> tuple[str, float]:
        if not self._multilingual:
            return "en", 1.0
        token, probability = self._model.model.detect_language(encoded)[0][0]
        return token[2:-2], float(probability)

    def _tokenizer(self, language: str, task: str) -> Tokenizer:
        return Tokenizer(self._model.hf_tokenizer, self._multilingual, task=task, language=language)

    def _generate(
        self, encoded: Any, tokenizer: Tokenizer, hints: DecodeHints, duration_s: float
    ) -> _Decode:
        prompt: list[int] = []
        if hints.prompt:
            said = tokenizer.encode(" " + hints.prompt.strip())[-MAX_PROMPT_TOKENS:]
            prompt = [tokenizer.sot_prev, *said]
        prefix = tokenizer.encode(hints.prefix)[:MAX_PROMPT_TOKENS] if hints.prefix else []
        prompt = [*prompt, *tokenizer.sot_sequence, tokenizer.no_timestamps, *prefix]
        allowed = max(guards.max_tokens(duration_s) - len(prefix), guards.TOKENS_HEAD_START)
        result = self._model.model.generate(
            encoded,
            [prompt],
            beam_size=BEAM,
            max_length=min(len(prompt) + allowed, self._model.max_length),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=not prefix,
            suppress_tokens=self._suppressed(tokenizer),
        )[0]
        # CTranslate2 gives the tokens after <|notimestamps|> back with the new ones
        tokens = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
        share = len(tokens) / (len(tokens) + 1) if tokens else 1.0
        return _Decode(
            tokens,
            tokenizer.decode(tokens),
            float(result.scores[0] * share),
            float(result.no_speech_prob),
            full=len(tokens) - len(prefix) >= allowed,
        )

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
        words: list[Word] = []
        for item in aligned:
            text = str(item["word"])
            start_s = min(float(item["start"]), duration_s)
            end_s = min(max(float(item["end"]), start_s), duration_s)
            if words and not any(char.isalnum() for char in text):
                before = words[-1]
                words[-1] = Word(before.text + text, before.start_s, before.end_s)
            elif text.strip():
                words.append(Word(text, start_s, end_s))
        return tuple(words)


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
            raise EngineUnavailable(f"the model in {folder.name} cannot be loaded: {exc}") from exc
        return FasterWhisperEngine(model)


LOADER = FasterWhisperLoader()
