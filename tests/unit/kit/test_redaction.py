import pytest

from vexa.kit.redaction import REDACTED, redact_event, redact_text

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJtZWV0aW5nX2lkIjoxfQ.c2lnbmF0dXJlLXBhcnQ"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("key vx_0123456789abcdef used", "vx_0123456789abcdef"),
        ("key vxa_bot_0123456789abcdef", "vxa_bot_0123456789abcdef"),
        (f"Bearer {JWT}", JWT),
        ("postgresql://user:hunter2@host/db", "hunter2"),
        ("redis://:p@ss@host:6379/0", "p@ss"),
        ("GET /ws?api_key=abcdef&dialect=x", "abcdef"),
        ("mail jane.doe@example.com now", "jane.doe@example.com"),
    ],
)
def test_secrets_are_cut_out_of_text(text: str, secret: str) -> None:
    cleaned = redact_text(text)
    assert secret not in cleaned
    assert REDACTED in cleaned


def test_what_is_no_secret_stays() -> None:
    text = "GET /transcripts/google_meet/abc-defg-hij?meeting_id=7 took 3 ms"
    assert redact_text(text) == text


def test_values_under_sensitive_keys_are_replaced_at_any_depth() -> None:
    event = {"event": "x", "text": "hello", "deep": [{"speaker": "Ada", "count": 2}]}
    assert redact_event(None, "info", dict(event)) == {
        "event": "x",
        "text": REDACTED,
        "deep": [{"speaker": REDACTED, "count": 2}],
    }
