"""An operator's word on hosts, in the form of Chromium's host rules."""

from __future__ import annotations

import pytest

from vexa.bot.host_rules import HostRules, Target
from vexa.contracts.errors import ConfigurationError, UnsafeUrl

RULES = HostRules(
    "MAP meet.google.com 127.0.0.1:4443, MAP *.google.com [::1]:4443,"
    "MAP shut.example ~NOTFOUND, EXCLUDE 10.1.2.*, EXCLUDE mail.google.com, MAP moved.example there"
)


@pytest.mark.parametrize(
    ("host", "target"),
    [
        ("meet.google.com", Target("127.0.0.1", 4443, is_open=True)),
        ("accounts.google.com", Target("::1", 4443, is_open=True)),
        ("moved.example", Target("there", 443, is_open=True)),
        ("10.1.2.3", Target("10.1.2.3", 443, is_open=True)),
        ("mail.google.com", Target("mail.google.com", 443, is_open=True)),
        ("google.com", Target("google.com", 443, is_open=False)),
        ("10.1.3.3", Target("10.1.3.3", 443, is_open=False)),
        ("xmeet.google.com.example", Target("xmeet.google.com.example", 443, is_open=False)),
    ],
)
def test_where_a_host_leads(host: str, target: Target) -> None:
    assert RULES.target(host, 443) == target


def test_a_closed_host_is_refused_and_no_rule_opens_nothing() -> None:
    with pytest.raises(UnsafeUrl):
        RULES.target("shut.example", 443)
    for text in (None, "", " , "):
        assert not HostRules(text).target("127.0.0.1", 443).is_open


@pytest.mark.parametrize(
    "text", ["MAP a", "MAP a b c", "EXCLUDE", "ALLOW a", "MAP a b:x", "MAP a http://b"]
)
def test_a_rule_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(ConfigurationError, match="host rule"):
        HostRules(f"MAP ok.example 127.0.0.1, {text}")
