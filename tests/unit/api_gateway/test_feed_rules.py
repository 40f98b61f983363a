"""What a client of `/ws` may ask, and how much may wait for it."""

from __future__ import annotations

import pytest

from vexa.api_gateway.forward import kept_headers, safe_path
from vexa.api_gateway.outgoing import Outgoing
from vexa.api_gateway.subscriptions import Wanted, own_places, read_wanted
from vexa.contracts.errors import BadRequest
from vexa.platforms.base import AddressOptions


@pytest.mark.parametrize("meetings", [None, {}, [], "x", [{}] * 4])
def test_list_that_cannot_be_read_gives_one_sentence(meetings: object) -> None:
    assert isinstance(read_wanted({"meetings": meetings}, 3), str)


def test_both_spellings_of_the_id_are_taken_and_bad_items_named() -> None:
    wanted = read_wanted(
        {
            "meetings": [
                {"platform": "zoom", "native_meeting_id": "1"},
                None,
                {"platform": "zoom", "native_id": 5},
                {"platform": "teams", "native_id": "2"},
            ]
        },
        10,
    )
    assert wanted == Wanted(
        [(0, ("zoom", "1")), (3, ("teams", "2"))],
        ["meetings[1] must be an object", "meetings[2] missing 'platform' or 'native_id'"],
    )
    assert own_places(["meetings[1] not authorized"], wanted.items) == [
        "meetings[3] not authorized"
    ]


def test_a_link_of_a_jitsi_deployment_counts_where_an_operator_named_it() -> None:
    message = {"meetings": [{"meeting_url": "https://video.example.org/Room"}]}
    refused = read_wanted(message, 1)
    assert isinstance(refused, Wanted)
    assert refused.items == []
    known = AddressOptions(jitsi_hosts=frozenset({"video.example.org"}))
    wanted = read_wanted(message, 1, known)
    assert wanted == Wanted([(0, ("jitsi", "room@video.example.org"))], [])


async def test_reader_over_a_limit_is_slow_for_good() -> None:
    for out in (Outgoing(2, 1000), Outgoing(1000, 10)):
        out.put("12345")
        out.put("12345")
        assert not out.slow.is_set()
        assert await out.get() == "12345"
        out.put("12345")
        out.put("1")
        assert out.slow.is_set()
        out.put("never")
        assert out._frames == type(out._frames)()


def test_hop_by_hop_headers_are_dropped() -> None:
    headers = [("Connection", "close, X-Hop"), ("X-Hop", "1"), ("TE", "x"), ("X-API-Key", "k")]
    assert kept_headers(headers) == [("x-api-key", "k")]


@pytest.mark.parametrize("path", [b"/admin/../x", b"/admin/%2E%2e/x", b"/a/.%2fx", b"/a/..%5cx"])
def test_dot_segments_are_refused(path: bytes) -> None:
    with pytest.raises(BadRequest):
        safe_path(path)


def test_dots_within_a_segment_are_fine() -> None:
    assert safe_path(b"/admin/users/email/a..b@c.d?x=/../") == b"/admin/users/email/a..b@c.d"
