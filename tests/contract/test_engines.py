"""One behaviour for every engine, loaded as the server loads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import ctranslate2
import numpy as np
import pytest

from tests.support.human_speech import Utterance, load_utterances
from vexa.contracts.audio import SAMPLE_RATE_HZ
from vexa.contracts.errors import BadAudio, EngineUnavailable
from vexa.whisperlive.engines.base import DecodeHints, Engine, EngineOptions, Samples, Window
from vexa.whisperlive.engines.registry import ENGINES
from vexa.whisperlive.engines.scripted import ScriptedEngine, code_speech
from vexa.whisperlive.models import find_model

#: A model for engines that need one; None for those that do not.
MEMBERS = [("faster_whisper", "tiny.en"), ("faster_whisper", "base"), ("scripted", None)]


@dataclass(frozen=True)
class Subject:
    """An engine, and speech that it can be expected to understand."""

    engine: Engine
    samples: Samples
    words: list[str]


def test_every_member_is_tried() -> None:
    # `remote` needs another server: tests/integration/test_remote_engine.py
    assert {name for name, _ in MEMBERS} == set(ENGINES.names) - {"remote"}


@pytest.fixture(scope="module")
def utterance(speech_dir: Path) -> Utterance:
    return min(load_utterances(speech_dir), key=lambda item: abs(item.duration_s - 5.0))


@pytest.fixture(scope="module", params=MEMBERS, ids=lambda member: f"{member[0]}-{member[1]}")
def subject(
    request: pytest.FixtureRequest, utterance: Utterance, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Subject]:
    name, model = request.param
    loader = ENGINES.load(name)
    assert loader.needs_model is (model is not None)
    cache = tmp_path_factory.mktemp("models")
    folder = find_model(model, cache, None, may_download=False).folder if model else None
    engine = loader.load(folder, EngineOptions())
    if model:
        yield Subject(engine, utterance.samples, utterance.words)
    else:
        yield Subject(engine, code_speech([1, 2, 3, 4]), ["w1", "w2", "w3", "w4"])
    engine.unload()
    engine.unload()


HINTS = DecodeHints(language="en", thorough=True)


def said(words: object) -> list[str]:
    text = "".join(word.text for word in words)  # type: ignore[attr-defined]
    return re.findall(r"[\w']+", text.lower())


def test_it_names_itself_and_what_it_can_do(subject: Subject) -> None:
    capabilities = subject.engine.capabilities
    assert capabilities.name in ENGINES.names
    assert capabilities.languages is None or "en" in capabilities.languages


@pytest.mark.parametrize("seconds", [0.3, 3.0])
def test_silence_says_nothing(subject: Subject, seconds: float) -> None:
    silence = np.zeros(int(seconds * SAMPLE_RATE_HZ), dtype=np.float32)
    heard = subject.engine.decode(silence, HINTS)
    assert heard.words == ()


def test_speech_becomes_words_inside_the_window(subject: Subject) -> None:
    heard = subject.engine.decode(subject.samples, HINTS)
    assert not heard.doubtful
    assert heard.language == "en"
    shared = set(said(heard.words)) & set(subject.words)
    assert len(shared) >= 0.6 * len(set(subject.words))
    duration_s = len(subject.samples) / SAMPLE_RATE_HZ
    last_s = 0.0
    for word in heard.words:
        assert word.text.strip()
        assert 0 <= word.start_s <= word.end_s <= duration_s
        assert last_s <= word.end_s
        last_s = word.end_s


def test_a_prefix_is_kept(subject: Subject) -> None:
    whole = subject.engine.decode(subject.samples, HINTS).words
    half = whole[: len(whole) // 2]
    hints = DecodeHints(language="en", thorough=True, prefix="".join(word.text for word in half))
    again = subject.engine.decode(subject.samples, hints).words
    assert said(again)[: len(half)] == said(half)
    assert len(again) >= len(whole) - 2


def test_windows_together_are_heard_as_one_by_one(subject: Subject) -> None:
    whole = subject.engine.decode(subject.samples, HINTS).words
    prefix = "".join(word.text for word in whole[:2])
    half = subject.samples[: len(subject.samples) // 2]
    windows = [
        Window(subject.samples, HINTS),
        Window(np.zeros(SAMPLE_RATE_HZ, dtype=np.float32), HINTS),
        Window(subject.samples, replace(HINTS, prefix=prefix)),
        Window(half, HINTS),
    ]
    together = subject.engine.decode_together(windows)
    assert said(together[0].words) == said(whole)
    assert together[1].words == ()
    assert said(together[2].words)[:2] == said(whole[:2])
    alone = subject.engine.decode(half, HINTS).words
    shared = set(said(together[3].words)) & set(said(alone))
    assert len(shared) >= len(set(said(alone))) - 1, "only the window may be a little wider"


def test_the_language_is_found_when_it_is_not_given(subject: Subject) -> None:
    heard = subject.engine.decode(subject.samples, DecodeHints(thorough=True))
    assert heard.language == "en"
    assert 0 < heard.language_probability <= 1


def test_a_language_is_found_among_those_that_are_allowed(subject: Subject) -> None:
    if subject.engine.capabilities.languages is not None or isinstance(
        subject.engine, ScriptedEngine
    ):
        return
    allowed = frozenset({"de", "nl"})
    heard = subject.engine.decode(subject.samples, DecodeHints(allowed=allowed, thorough=True))
    assert heard.language in allowed


def test_two_threads_hear_what_one_hears(subject: Subject) -> None:
    alone = subject.engine.decode(subject.samples, HINTS)
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: subject.engine.decode(subject.samples, HINTS), range(2)))
    assert [said(heard.words) for heard in both] == [said(alone.words)] * 2


def test_a_decode_that_nobody_waits_for_does_no_harm(subject: Subject) -> None:
    pool = ThreadPoolExecutor(1)
    forgotten = pool.submit(subject.engine.decode, subject.samples, HINTS)
    pool.shutdown(wait=False, cancel_futures=True)
    assert subject.engine.decode(subject.samples, HINTS).words
    forgotten.result()


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros((2, 100), dtype=np.float32),
        np.zeros(100, dtype=np.float64),
        np.zeros(31 * SAMPLE_RATE_HZ, dtype=np.float32),
    ],
)
def test_other_audio_is_refused(subject: Subject, samples: Samples) -> None:
    with pytest.raises(BadAudio):
        subject.engine.decode(samples, HINTS)


def test_a_machine_without_cuda_is_told_so(tmp_path: Path) -> None:
    folder = find_model("tiny.en", tmp_path, None, may_download=False).folder
    loader = ENGINES.load("faster_whisper")
    if ctranslate2.get_cuda_device_count():  # type: ignore[attr-defined]
        loader.load(folder, EngineOptions(device="cuda")).unload()
        return
    with pytest.raises(EngineUnavailable, match="DEVICE_TYPE=cuda"):
        loader.load(folder, EngineOptions(device="cuda"))
