"""Headers of a delivery: Standard Webhooks, and beside them the forms of generations 0.8 to 0.12.

Both sign the very bytes that are sent. Standard Webhooks carries a signature for each secret that
is in force; the older headers have room for one, the present secret.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime

from vexa.storage.webhook_endpoints import SECRET_PREFIX

USER_AGENT = "Vexa-Webhooks/1"


def headers(
    event_id: str, body: bytes, secrets: Sequence[str], sent_at: datetime
) -> dict[str, str]:
    """Return all headers but Host and Content-Length.

    Args:
        event_id: the same in every try.
        body: the bytes that are sent.
        secrets: the present one first; without any the delivery is not signed.
        sent_at: when this try is made.
    """
    stamp = str(int(sent_at.timestamp()))
    made = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
    }
    if not secrets:
        return made
    present, signed = secrets[0], f"{event_id}.{stamp}.".encode() + body
    digest = hmac.new(present.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return made | {
        "webhook-signature": " ".join(_standard(secret, signed) for secret in secrets),
        "Authorization": f"Bearer {present}",
        "X-Webhook-Timestamp": stamp,
        "X-Webhook-Signature": f"sha256={digest}",
    }


def _standard(secret: str, signed: bytes) -> str:
    digest = hmac.new(standard_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{b64encode(digest).decode()}"


def standard_key(secret: str) -> bytes:
    """Return the key that libraries of Standard Webhooks make of a secret.

    They decode base64, with or without the prefix; a secret that is no base64 is its own bytes.
    """
    text = secret.removeprefix(SECRET_PREFIX).rstrip("=")
    try:
        return b64decode(text + "=" * (-len(text) % 4), validate=True) or secret.encode()
    except binascii.Error:
        return secret.encode()
