"""Headers of a delivery, checked by the library of Standard Webhooks and by Vexa's own rule."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from vexa.bot_manager.webhooks.signatures import headers

BODY = json.dumps(
    {"text": "Zoë said 你好 ✓", "float": 0.1 + 0.2, "big": 1e300}, ensure_ascii=False
).encode()
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        (WHSEC, WHSEC),
        (WHSEC.removeprefix("whsec_"), WHSEC),
        ("whsec_c2VjcmV0IHNlY3JldA", "whsec_c2VjcmV0IHNlY3JldA"),
        ("my secret, not base64!", b"my secret, not base64!"),
        ("abcde", b"abcde"),
    ],
)
def test_the_official_library_accepts_the_exact_bytes(secret: str, key: str | bytes) -> None:
    sent = headers("evt_1", BODY, [secret], datetime.now(UTC))
    Webhook(key).verify(BODY, sent)
    with pytest.raises(WebhookVerificationError):
        Webhook(key).verify(BODY.replace(b"0.3", b"0.4"), sent)
    with pytest.raises(WebhookVerificationError):
        Webhook(key).verify(BODY, {**sent, "webhook-id": "evt_2"})


def test_vexa_headers_are_those_of_generation_0_10() -> None:
    at = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    sent = headers("evt_1", BODY, ["secret"], at)
    stamp = str(int(at.timestamp()))
    digest = hmac.new(b"secret", stamp.encode() + b"." + BODY, hashlib.sha256).hexdigest()
    assert sent["X-Webhook-Signature"] == f"sha256={digest}"
    assert sent["X-Webhook-Timestamp"] == sent["webhook-timestamp"] == stamp
    assert sent["Authorization"] == "Bearer secret"


def test_while_a_secret_is_replaced_both_verify() -> None:
    old, new = "whsec_" + "b2xk" * 8, "whsec_" + "bmV3" * 8
    sent = headers("evt_1", BODY, [new, old], datetime.now(UTC))
    Webhook(old).verify(BODY, sent)
    Webhook(new).verify(BODY, sent)
    assert sent["Authorization"] == f"Bearer {new}"


def test_without_a_secret_nothing_is_signed() -> None:
    sent = headers("evt_1", BODY, [], datetime.now(UTC))
    assert set(sent) == {"Content-Type", "User-Agent", "webhook-id", "webhook-timestamp"}
