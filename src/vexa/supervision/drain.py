"""Empties a running server before it is ended: bots leave, their last words are stored."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx2

from vexa.contracts.errors import ConfigurationError
from vexa.supervision.settings import UpSettings

#: Part of the time that is kept for speech and transcript, after the bots have left.
_AFTER_BOTS = 0.25
_POLL_S = 0.1

Say = Callable[[str], None]


def drain(settings: UpSettings, internal_secret: str, within_s: float, say: Say) -> bool:
    """Refuse new bots, take all out of their meetings, wait until what they heard is stored.

    Args:
        settings: where the programs listen.
        internal_secret: what bot-manager wants to see.
        within_s: all the time there is, seconds.
        say: gets one line a step.

    Returns:
        Whether nothing was left to do in the end.
    """
    deadline_s = time.monotonic() + within_s
    with httpx2.Client(trust_env=False, timeout=within_s + 1) as client:
        done = _let_bots_leave(client, settings, internal_secret, within_s * (1 - _AFTER_BOTS), say)
        speech = f"http://127.0.0.1:{settings.whisper_live_health_port}/health"
        collector = f"http://127.0.0.1:{settings.transcription_collector_port}/health"
        for what, url, fact in (
            ("speech", speech, "sessions"),
            ("transcript", collector, "backlog"),
        ):
            done = _wait_for_zero(client, what, url, fact, deadline_s, say) and done
    return done


def kept_internal_secret(settings: UpSettings) -> str:
    """Return the secret that the running programs share.

    Raises:
        ConfigurationError: it is neither in the environment nor in VEXA_HOME.
    """
    if settings.internal_api_secret is not None:
        return settings.internal_api_secret.get_secret_value()
    path = settings.vexa_home / "secrets" / "internal_api_secret"
    try:
        return path.read_text().strip()
    except OSError as exc:
        raise ConfigurationError(
            f"INTERNAL_API_SECRET: not set, and {path} cannot be read: {exc.strerror}"
        ) from exc


def _let_bots_leave(
    client: httpx2.Client, settings: UpSettings, secret: str, within_s: float, say: Say
) -> bool:
    url = f"http://127.0.0.1:{settings.bot_manager_port}/bots/internal/drain"
    try:
        answer = client.post(
            url, params={"seconds": within_s}, headers={"X-Internal-Secret": secret}
        )
    except httpx2.HTTPError:
        say("bot-manager does not answer: bots end without a goodbye")
        return False
    if answer.status_code != 200:
        say(f"bot-manager refuses to drain (status {answer.status_code})")
        return False
    counts = answer.json()
    say(f"bots: {counts['left']} left, {counts['ended']} ended, {counts['remaining']} remain")
    return bool(counts["remaining"] == 0)


def _wait_for_zero(
    client: httpx2.Client, what: str, url: str, fact: str, deadline_s: float, say: Say
) -> bool:
    left: object = None
    while True:
        try:
            left = client.get(url).json().get(fact)
        except (httpx2.HTTPError, ValueError):
            say(f"{what}: does not answer")
            return False
        if left == 0:
            say(f"{what}: finished")
            return True
        if time.monotonic() > deadline_s:
            say(f"{what}: {left} left, which the next start takes up")
            return False
        time.sleep(_POLL_S)
