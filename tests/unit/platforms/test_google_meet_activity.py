"""Who speaks in a session without receivers; messages written byte by byte."""

from __future__ import annotations

import gzip

import pytest

from tests.support.wire_bytes import field
from vexa.platforms.base import PAGE_MIX, RosterChange, SoundBy, TrackNames
from vexa.platforms.google_meet.activity_messages import CHANNEL, Activity
from vexa.platforms.google_meet.platform import GoogleMeet
from vexa.platforms.stalls import Seen
from vexa.simulator.google_meet.activity import encode_activity

ADA, BOB = "spaces/x/devices/1", "spaces/x/devices/2"
LIT = '{"lit": [["spaces/x/devices/2", ["Bob"], [], false]], "at": 1000}'


def record(device: str, *, speaks: bool) -> bytes:
    active = field(1, 1) + (field(2, field(1, 7)) if speaks else b"")
    return field(3, "a word") + field(4, device) + field(9, active)


def message(snapshot: bytes) -> bytes:
    return field(1, 5) + field(2, gzip.compress(snapshot))


def at(ms: float) -> Seen:
    return Seen(ms, ms)


def signs(change: RosterChange) -> list[tuple[str, bool, float]]:
    return [(sign.device_id, sign.is_on, sign.at_ms) for sign in change.speaking]


LISTS = {
    "at the top": lambda records: b"".join(field(1, one) for one in records),
    "elsewhere": lambda records: field(1, 17) + b"".join(field(6, one) for one in records),
    "deeper": lambda records: field(2, field(3, b"".join(field(1, one) for one in records))),
}


@pytest.mark.parametrize("place", LISTS)
def test_who_speaks_is_found_wherever_the_records_are(place: str) -> None:
    activity = Activity()
    both = [record(ADA, speaks=True), record(BOB, speaks=False)]
    assert signs(activity.decode(message(LISTS[place](both)), at(1_000))) == [(ADA, True, 1_000)]
    assert signs(activity.decode(message(LISTS[place](both)), at(1_500))) == []
    turned = [record(ADA, speaks=False), record(BOB, speaks=True)]
    change = activity.decode(message(LISTS[place](turned)), at(2_000))
    assert signs(change) == [(ADA, False, 2_000), (BOB, True, 2_000)]
    assert change.streams == {ADA: ADA, BOB: BOB}


def test_who_is_in_no_snapshot_any_more_has_ceased() -> None:
    activity = Activity()
    activity.decode(encode_activity([ADA, BOB], {ADA}), at(0))
    assert signs(activity.decode(encode_activity([BOB], {ADA}), at(9))) == [(ADA, False, 9)]


def test_who_ceased_in_a_stall_may_have_done_so_from_its_beginning_on() -> None:
    activity = Activity()
    activity.decode(encode_activity([ADA, BOB], {ADA}), at(0))
    change = activity.decode(encode_activity([ADA, BOB], {BOB}), Seen(5_000, 2_000))
    assert signs(change) == [(ADA, False, 2_000), (BOB, True, 5_000)]
    assert [sign.may_be_a_pause for sign in change.speaking] == [True, False]


@pytest.mark.parametrize("snapshot", [b"", field(1, field(4, "somebody")), field(4, 17)])
def test_a_snapshot_of_something_else_tells_nothing(snapshot: bytes) -> None:
    activity = Activity()
    assert activity.decode(message(snapshot), at(0)) == RosterChange()
    assert not activity.is_told
    activity.decode(encode_activity([ADA], {ADA}), at(1))
    assert activity.decode(message(snapshot), at(2)) == RosterChange()


@pytest.mark.parametrize(
    "raw", [b"\xff\xff\xff", field(2, b"not gzip"), field(2, gzip.compress(bytes(9))[:-9])]
)
def test_a_broken_message_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match="message"):
        Activity().decode(raw, at(0))


def test_many_and_deep_messages_are_bounded() -> None:
    activity = Activity()
    many = b"".join(field(1, record(f"spaces/x/devices/{n}", speaks=True)) for n in range(5_000))
    assert len(activity.decode(message(many), at(0)).speaking) == 1_000
    deep = field(1, record(ADA, speaks=True))
    for _ in range(30):
        deep = field(1, deep)
    assert signs(Activity().decode(message(deep), at(0))) == []


def test_a_session_that_tells_who_speaks_and_has_no_receivers_plays_its_sound() -> None:
    meet = GoogleMeet()
    assert signs(meet.decode_channel(CHANNEL, encode_activity([ADA], {ADA}), at(7))) == [
        (ADA, True, 7)
    ]
    assert meet.sound_by is SoundBy.PLAYED
    # a lit tile would say the same a little later
    change = meet.decode_news(LIT)
    assert change.speaking == ()
    assert [person.name for person in change.people] == ["Bob"]
    assert meet.hears(PAGE_MIX, 0, 900)
    assert meet.sound_by is SoundBy.PLAYED


def test_where_receivers_bring_sound_the_page_is_not_tapped() -> None:
    meet = GoogleMeet()
    meet.decode_channel(CHANNEL, encode_activity([ADA], ()), at(0))
    assert meet.hears(TrackNames("a", "b"), 0, 900)
    assert meet.sound_by is SoundBy.CONTRIBUTOR
    assert signs(meet.decode_channel(CHANNEL, encode_activity([ADA], {ADA}), at(1))) == []
    assert meet.sound_by is SoundBy.CONTRIBUTOR
    assert signs(meet.decode_news(LIT)) == [(BOB, True, 1_000)]
