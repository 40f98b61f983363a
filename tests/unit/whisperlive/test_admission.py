"""Who may open a private session."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from vexa.contracts.errors import BadRequest, NotAllowed
from vexa.contracts.whisper_protocol import Hello
from vexa.whisperlive.admission import check_admission, check_language
from vexa.whisperlive.settings import WhisperSettings

STOCK = Hello(uid="x")


def settings(key: str | None) -> WhisperSettings:
    return WhisperSettings(
        internal_api_secret=SecretStr("s" * 32), wl_api_key=SecretStr(key) if key else None
    )


def peer(address: str, path: str = "/", **headers: str) -> Any:
    """A connection, as far as admission looks at it."""
    request = SimpleNamespace(
        path=path, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
    return SimpleNamespace(remote_address=(address, 1), request=request)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_needs_no_key(address: str) -> None:
    check_admission(STOCK, settings(None), peer(address))


@pytest.mark.parametrize(
    "client",
    [
        peer("10.0.0.5", X_API_Key="right"),
        peer("10.0.0.5", path="/?api_key=right"),
        peer("fe80::1%eth0", path="/any?api_key=right"),
    ],
)
def test_others_need_the_key(client: Any) -> None:
    check_admission(STOCK, settings("right"), client)
    for key in (None, "other"):
        with pytest.raises(NotAllowed):
            check_admission(STOCK, settings(key), client)


@pytest.mark.parametrize("client", [peer("10.0.0.5"), peer("", path="/?api_key=")])
def test_no_key_is_no_key(client: Any) -> None:
    for key in (None, "right"):
        with pytest.raises(NotAllowed):
            check_admission(STOCK, settings(key), client)


def test_a_key_opens_no_meeting() -> None:
    hello = Hello(uid="x", meeting_id=7)
    with pytest.raises(NotAllowed):
        check_admission(hello, settings("right"), peer("127.0.0.1", X_API_Key="right"))


def test_a_language_that_nobody_knows_is_refused_wherever_it_stands() -> None:
    check_language(Hello(uid="x", language="en", allowed_languages=["de", "yue"]), None)
    with pytest.raises(BadRequest, match="klingon"):
        check_language(Hello(uid="x", language="klingon"), None)
    with pytest.raises(BadRequest, match="allowed_languages"):
        check_language(Hello(uid="x", allowed_languages=["en", "klingon"]), None)
