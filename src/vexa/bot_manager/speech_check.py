"""Asks whisperlive whether it could turn speech into text now, and of which languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx2

from vexa.contracts.bot import SpeechWishes
from vexa.contracts.errors import InvalidInput
from vexa.kit.clock import Clock

#: One answer serves a burst of requests; a model that gets loaded is noticed within this time.
CACHE_S = 2.0
TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class SpeechAnswer:
    """Why nothing could be transcribed, or None; the languages, None when it may be any."""

    problem: str | None = None
    languages: frozenset[str] | None = None

    def check(self, speech: SpeechWishes) -> None:
        """Refuse languages that the loaded model does not know.

        Raises:
            InvalidInput: names the field, and the languages that there are.
        """
        if self.languages is None:
            return
        asked: tuple[tuple[str, Sequence[str]], ...] = (
            ("language", [speech.language] if speech.language else []),
            ("allowed_languages", speech.allowed_languages or []),
        )
        for name, codes in asked:
            unknown = [code for code in codes if code not in self.languages]
            if unknown:
                raise InvalidInput(
                    f"{name}: the speech model of this server does not know {', '.join(unknown)}; "
                    f"it knows: {', '.join(sorted(self.languages))}",
                    field=name,
                )


class SpeechCheck:
    """Keeps the latest answer of whisperlive's readiness route for a moment."""

    def __init__(self, url: str, client: httpx2.AsyncClient, clock: Clock) -> None:
        self._url = url
        self._client = client
        self._clock = clock
        self._asked_s: float | None = None
        self._answer = SpeechAnswer()

    async def answer(self) -> SpeechAnswer:
        """Say what whisperlive can do now."""
        now_s = self._clock.monotonic_s()
        if self._asked_s is None or now_s - self._asked_s > CACHE_S:
            self._answer = await self._ask()
            self._asked_s = self._clock.monotonic_s()
        return self._answer

    async def _ask(self) -> SpeechAnswer:
        try:
            response = await self._client.get(self._url, timeout=TIMEOUT_S)
        except httpx2.HTTPError:
            return SpeechAnswer(
                "The speech server whisperlive cannot be reached, so nothing could be transcribed."
            )
        if response.status_code != httpx2.codes.OK:
            return SpeechAnswer(
                "No speech model is loaded, so nothing could be transcribed. See whisperlive's log."
            )
        return SpeechAnswer(languages=_languages(response))


def _languages(response: httpx2.Response) -> frozenset[str] | None:
    try:
        found = response.json().get("languages")
    except (ValueError, AttributeError):
        return None
    return frozenset(map(str, found)) if isinstance(found, list) else None
