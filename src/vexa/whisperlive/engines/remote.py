"""Any server with OpenAI's `/v1/audio/transcriptions`: each window is a request.

Fields and answers: OpenAI's API reference, "Create transcription" and "Create translation", as of
November 2026; `verbose_json` with word times is asked for, and an answer without is taken too.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import stamina
from pydantic import BaseModel, ConfigDict, ValidationError

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

#: Tries of one window, and pauses between them: a later draft is worth more than an old one.
ATTEMPTS = 3
RETRY_FIRST_S = 0.2
RETRY_MAX_S = 2.0
CONNECT_S = 3.0
_FULL_SCALE = 32767


class _RemoteWord(BaseModel):
    model_config = ConfigDict(extra="ignore")

    word: str
    start: float
    end: float


class _RemoteSegment(BaseModel):
    model_config = ConfigDict(extra="ignore")

    no_speech_prob: float = 0.0
    avg_logprob: float = 0.0


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    text: str
    language: str | None = None
    words: list[_RemoteWord] | None = None
    segments: list[_RemoteSegment] | None = None


def _is_passing(error: Exception) -> bool:
    """Whether the same request may work in a moment."""
    if isinstance(error, httpx2.HTTPStatusError):
        return error.response.status_code in {408, 425, 429} or error.response.is_server_error
    return isinstance(error, httpx2.TransportError)


class RemoteEngine:
    """Asks another server. What it answers is guarded as our own decodes are."""

    def __init__(self, options: EngineOptions) -> None:
        headers = {"Authorization": f"Bearer {options.remote_key}"} if options.remote_key else {}
        self._model = options.remote_model
        self._client = httpx2.Client(
            base_url=options.remote_url.rstrip("/") + "/",
            headers=headers,
            timeout=httpx2.Timeout(options.remote_timeout_s, connect=CONNECT_S),
            trust_env=False,
        )
        self.capabilities = EngineCapabilities(name="remote")

    def decode(self, samples: Samples, hints: DecodeHints) -> Hypothesis:
        """Turn one window into words; see `Engine.decode`."""
        if not check_window(samples):
            return Hypothesis(language=hints.language)
        try:
            return self._read(self._ask(samples, hints), samples, hints)
        except httpx2.HTTPStatusError as exc:
            raise SpeechError(f"the remote engine said {exc.response.status_code}") from exc
        except (httpx2.HTTPError, httpx2.InvalidURL) as exc:
            raise SpeechError(f"the remote engine does not answer: {type(exc).__name__}") from exc
        except ValidationError as exc:
            raise SpeechError("the remote engine's answer is no transcription") from exc

    def decode_together(self, windows: Sequence[Window]) -> list[Hypothesis]:
        """Turn several windows into words; see `Engine.decode_together`."""
        return [self.decode(window.samples, window.hints) for window in windows]

    def unload(self) -> None:
        """Close the connections."""
        self._client.close()

    @stamina.retry(
        on=_is_passing, attempts=ATTEMPTS, wait_initial=RETRY_FIRST_S, wait_max=RETRY_MAX_S
    )
    def _ask(self, samples: Samples, hints: DecodeHints) -> _Answer:
        what = "translations" if hints.task == "translate" else "transcriptions"
        fields: dict[str, Any] = {
            "model": self._model,
            "response_format": "verbose_json",
            "temperature": "0",
            "timestamp_granularities[]": ["word", "segment"],
        }
        if hints.language and hints.task == "transcribe":
            fields["language"] = hints.language
        if hints.prompt:
            fields["prompt"] = hints.prompt
        sound = {"file": ("window.wav", _wav(samples), "audio/wav")}
        answer = self._client.post(f"audio/{what}", data=fields, files=sound)
        answer.raise_for_status()
        return _Answer.model_validate_json(answer.content)

    @staticmethod
    def _read(answer: _Answer, samples: Samples, hints: DecodeHints) -> Hypothesis:
        duration_s = len(samples) / SAMPLE_RATE_HZ
        language = hints.language or answer.language
        parts = answer.segments or []
        is_invented = bool(parts) and all(
            guards.looks_invented(p.no_speech_prob, p.avg_logprob, answer.text, language)
            for p in parts
        )
        if is_invented or guards.is_laughter(answer.text):
            return Hypothesis((), language)
        if guards.looks_repeated(answer.text, duration_s):
            return Hypothesis((), language, doubtful=True)
        return Hypothesis(_words(answer, duration_s), language)


def _wav(samples: Samples) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes((np.clip(samples, -1, 1) * _FULL_SCALE).astype("<i2").tobytes())
    return out.getvalue()


def _words(answer: _Answer, duration_s: float) -> tuple[Word, ...]:
    """Return the words with their times, or spread evenly where the server gives none."""
    if answer.words:
        timed = [(word.word.strip(), word.start, word.end) for word in answer.words]
    else:
        texts = answer.text.split()
        share_s = duration_s / max(len(texts), 1)
        timed = [(text, n * share_s, (n + 1) * share_s) for n, text in enumerate(texts)]
    words: list[Word] = []
    for text, start_s, end_s in timed:
        if text:
            start_s = min(max(start_s, 0.0), duration_s)
            words.append(Word(" " + text, start_s, min(max(end_s, start_s), duration_s)))
    return tuple(words)


class RemoteLoader:
    """Needs no model here, but an address."""

    needs_model = False
    gate: Gate = "speech"

    def load(self, folder: Path | None, options: EngineOptions) -> Engine:
        """Return the engine. Raises EngineUnavailable when no address is set."""
        if not options.remote_url.startswith(("http://", "https://")):
            raise EngineUnavailable(
                "WHISPER_ENGINE=remote needs WHISPER_REMOTE_URL, such as http://host:8000/v1"
            )
        return RemoteEngine(options)


LOADER = RemoteLoader()
