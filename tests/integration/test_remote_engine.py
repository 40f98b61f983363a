"""The `remote` engine against a server that speaks OpenAI's transcription API."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import numpy as np
import pytest

from vexa.contracts.errors import EngineUnavailable, SpeechError
from vexa.whisperlive.engines.base import DecodeHints, Engine, EngineOptions
from vexa.whisperlive.engines.remote import LOADER

SOUND = np.full(32_000, 0.25, dtype=np.float32)
HINTS = DecodeHints(language="en", prompt="Vexa", thorough=True)
ANSWER = {
    "text": "Hello there.",
    "language": "en",
    "words": [
        {"word": "Hello", "start": 0.1, "end": 0.6},
        {"word": "there.", "start": 0.7, "end": 9.0},
    ],
    "segments": [{"no_speech_prob": 0.01, "avg_logprob": -0.2}],
}


class Server:
    """Answers with what the test put into `answers`, the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = [(200, ANSWER)]
        self.asked: list[tuple[str, str | None, dict[str, list[bytes]]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                key = self.headers.get("Authorization")
                outer.asked.append((self.path, key, _fields(self.headers["Content-Type"], body)))
                status, answer = outer.answers[0]
                if len(outer.answers) > 1:
                    outer.answers.pop(0)
                content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"


def _fields(kind: str, body: bytes) -> dict[str, list[bytes]]:
    parsed = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body
    )
    found: dict[str, list[bytes]] = {}
    for part in parsed.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found.setdefault(str(name), []).append(content)
    return found


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = Thread(target=server.http.serve_forever)
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


@pytest.fixture
def engine(server: Server) -> Iterator[Engine]:
    options = EngineOptions(remote_url=server.url, remote_key="k-1", remote_model="big")
    engine = LOADER.load(None, options)
    yield engine
    engine.unload()
    engine.unload()


def test_a_window_goes_as_sound_and_comes_back_as_words(server: Server, engine: Engine) -> None:
    heard = engine.decode(SOUND, HINTS)
    assert [(w.text, w.start_s, w.end_s) for w in heard.words] == [
        (" Hello", 0.1, 0.6),
        (" there.", 0.7, 2.0),
    ]
    path, key, fields = server.asked[0]
    assert (path, key) == ("/v1/audio/transcriptions", "Bearer k-1")
    assert fields["model"] == [b"big"]
    assert fields["language"] == [b"en"]
    assert fields["prompt"] == [b"Vexa"]
    with wave.open(io.BytesIO(fields["file"][0])) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getnframes()) == (
            16_000,
            1,
            32_000,
        )


def test_a_translation_is_asked_of_the_other_route(server: Server, engine: Engine) -> None:
    engine.decode(SOUND, DecodeHints(language="fr", task="translate"))
    path, _, fields = server.asked[0]
    assert path == "/v1/audio/translations"
    assert "language" not in fields


def test_silence_is_not_sent(server: Server, engine: Engine) -> None:
    assert engine.decode(np.zeros(16_000, dtype=np.float32), HINTS).words == ()
    assert not server.asked


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again(server: Server, engine: Engine, status: int) -> None:
    server.answers = [(status, {}), (status, {}), (200, ANSWER)]
    assert engine.decode(SOUND, HINTS).words
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("answer", "tries"),
    [((401, {}), 1), ((503, {}), 3), ((200, b"<html>"), 1), ((200, {"a": 1}), 1)],
)
def test_what_does_not_pass_is_a_speech_error(
    server: Server, engine: Engine, answer: tuple[int, Any], tries: int
) -> None:
    server.answers = [answer]
    with pytest.raises(SpeechError):
        engine.decode(SOUND, HINTS)
    assert len(server.asked) == tries


def test_a_server_that_is_gone_is_a_speech_error(server: Server) -> None:
    engine = LOADER.load(None, EngineOptions(remote_url="http://127.0.0.1:9/v1"))
    with pytest.raises(SpeechError):
        engine.decode(SOUND, HINTS)
    engine.unload()


def test_invented_and_repeated_text_is_guarded_as_our_own(server: Server, engine: Engine) -> None:
    invented = {**ANSWER, "segments": [{"no_speech_prob": 0.95, "avg_logprob": -1.6}]}
    repeated = {"text": "thank you so much " * 6, "language": "en"}
    server.answers = [(200, invented), (200, repeated)]
    assert engine.decode(SOUND, HINTS).words == ()
    assert engine.decode(SOUND, HINTS).doubtful


def test_words_without_times_are_spread_over_the_window(server: Server, engine: Engine) -> None:
    server.answers = [(200, {"text": "one two three four"})]
    words = engine.decode(SOUND, HINTS).words
    assert [word.text for word in words] == [" one", " two", " three", " four"]
    assert words[0].start_s == 0.0
    assert words[-1].end_s == 2.0


def test_without_an_address_it_says_which_setting_is_missing() -> None:
    with pytest.raises(EngineUnavailable, match="WHISPER_REMOTE_URL"):
        LOADER.load(None, EngineOptions())
