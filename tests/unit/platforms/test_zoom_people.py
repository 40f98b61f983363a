"""Who is in a Zoom meeting and who speaks, as its page tells it."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from vexa.bot.mixed_sound import MixedSound
from vexa.bot.page_messages import AudioPiece
from vexa.bot.roster import Roster
from vexa.platforms.base import RosterChange
from vexa.platforms.stalls import Seen
from vexa.platforms.zoom.company import (
    SPEAKERS_LATE_MS,
    TILE_MOST_LATE_MS,
    Company,
    clean_name,
)
from vexa.platforms.zoom.news import decode_news
from vexa.platforms.zoom.platform import Zoom

ADA, BOB, BOT = "16778240", "16779264", "16780288"


def coded(name: str) -> str:
    return base64.b64encode(name.encode()).decode().rstrip("=")


def rwg(event: int, body: dict[str, Any], at: float = 0.0, since: float | None = None) -> str:
    message = json.dumps({"evt": event, "body": body})
    return json.dumps({"rwg": message, "at": at, "since": at if since is None else since})


def tile(name: str, at: float, since: float | None = None) -> str:
    return json.dumps({"tile": name, "at": at, "since": at if since is None else since})


def roster(**groups: Any) -> str:
    return rwg(7937, groups)


def everyone() -> str:
    people = [("Ada", ADA), ("Bob", BOB), ("Notetaker", BOT)]
    return roster(add=[{"id": int(one), "dn2": coded(name)} for name, one in people])


def company() -> Company:
    made = Company()
    made.bot_name = "Notetaker"
    return made


class Heard:
    """A mix of 100 ms pieces, named by what is told."""

    def __init__(self, *told: str) -> None:
        self.company, self.roster = company(), Roster()
        self.pieces: list[AudioPiece] = []
        self.mix = MixedSound(TILE_MOST_LATE_MS, self.pieces.append)
        for text in told:
            self.tell(text)

    def tell(self, text: str) -> RosterChange:
        change = decode_news(text, self.company)
        self.roster.apply(change)
        self.mix.late_ms = self.company.late_ms
        for sign in change.speaking:
            self.mix.note(sign)
        return change

    def names(self, begin_ms: int, end_ms: int) -> set[str | None]:
        for at in range(begin_ms, end_ms, 100):
            samples = np.ones(4_800, np.int16)
            self.mix.take(AudioPiece("t", float(at), None, 48_000, samples))
        self.pieces.clear()
        self.mix.flush()
        sources = [piece.source for piece in self.pieces]
        return {self.roster.name_of(source) if source else None for source in sources}


def test_the_roster_names_people_and_knows_the_bot() -> None:
    heard = Heard(everyone())
    assert (heard.roster.name_of(ADA), heard.roster.name_of(BOB)) == ("Ada", "Bob")
    assert heard.roster.is_own(BOT)
    assert heard.roster.others_present() == 2
    heard.tell(roster(remove={ADA: {}}))
    assert heard.roster.others_present() == 1
    heard.tell(roster(update={BOB: {"dn2": coded("Zoë")}}))
    assert heard.roster.name_of(BOB) == "Zoë"
    heard.tell(roster(update=[{"id": int(BOB), "muted": True}]))
    assert heard.roster.name_of(BOB) == "Zoë"


def test_of_two_with_the_bots_name_the_one_who_came_last_is_the_bot() -> None:
    twins = [{"id": int(one), "dn2": coded("Notetaker")} for one in (BOT, ADA)]
    heard = Heard(roster(add=twins))
    assert heard.roster.is_own(BOT)
    assert not heard.roster.is_own(ADA)
    # somebody who comes later with that name is not the bot
    heard.tell(roster(add=[{"id": 99_999_999, "dn2": coded("Notetaker")}]))
    assert not heard.roster.is_own("99999999")


def test_the_signalling_names_who_speaks_and_nobody_where_two_do() -> None:
    heard = Heard(everyone(), rwg(12033, {"asn1": int(ADA)}, 1_250))
    heard.tell(rwg(12033, {"asn1": int(ADA), "asn2": int(BOB)}, 2_250))
    heard.tell(rwg(12033, {"asn1": int(BOB) + 1}, 3_250))
    heard.tell(rwg(12033, {}, 4_250))
    assert heard.names(0, 900) == {None}
    assert heard.names(1_000, 2_000) == {"Ada"}
    assert heard.names(2_000, 3_000) == {None}
    assert heard.names(3_000, 4_000) == {"Bob"}
    # the last word may go on after its sign, for a moment
    assert heard.names(4_000, 4_400) == {"Bob"}
    assert heard.names(4_500, 5_000) == {None}


def test_a_tile_names_nobody_around_its_change() -> None:
    tiles = [("Ada", 1_000), ("Bob", 5_000)]
    heard = Heard(everyone(), *(tile(n, at) for n, at in tiles))
    assert heard.names(1_000, 3_700) == {"Ada"}
    assert heard.names(3_900, 4_600) == {None}
    assert heard.names(4_800, 6_000) == {"Bob"}


def test_what_a_stall_kept_back_is_nobodys_in_the_stall() -> None:
    by_tile = Heard(everyone(), tile("Ada", 1_000), tile("Bob", 8_000, since=5_000))
    assert by_tile.names(1_000, 3_700) == {"Ada"}
    assert by_tile.names(3_900, 7_600) == {None}
    assert by_tile.names(7_800, 9_000) == {"Bob"}
    heard = Heard(everyone(), rwg(12033, {"asn1": int(ADA)}, 1_250))
    heard.tell(rwg(12033, {"asn1": int(BOB)}, 5_250, since=3_250))
    assert heard.names(1_000, 3_000) == {"Ada"}
    assert heard.names(3_500, 4_900) == {None}
    assert heard.names(5_000, 6_000) == {"Bob"}


def test_whoever_a_tile_shows_next_waits_for_a_pause_of_the_one_before() -> None:
    told = company()
    decode_news(everyone(), told)
    (first,) = told.take_tile("Ada", Seen(1_000, 1_000)).speaking
    assert first.pause_from_ms is None
    ended, begun = told.take_tile("Bob", Seen(5_000, 5_000)).speaking
    assert not ended.is_on
    assert begun.pause_from_ms == ended.at_ms < begun.at_ms


def test_a_tile_alone_gives_a_name_and_the_signalling_outweighs_it() -> None:
    heard = Heard(tile("Ada (Host)", 1_000))
    assert heard.names(1_000, 2_000) == {"Ada"}
    assert not heard.roster.others_present()
    heard.tell(everyone())
    heard.tell(rwg(12033, {"asn1": int(BOB)}, 3_250))
    assert heard.tell(tile("Ada", 4_000)).speaking == ()
    assert heard.names(3_100, 5_000) == {"Bob"}


def test_sound_is_held_back_for_a_tile_only_while_the_signalling_tells_of_no_speaker() -> None:
    zoom = Zoom()
    zoom.decode_news(everyone())
    assert zoom.speaking_late_ms == TILE_MOST_LATE_MS
    zoom.decode_news(rwg(12033, {"asn1": int(ADA)}, 1_250))
    assert zoom.speaking_late_ms == SPEAKERS_LATE_MS


def test_the_bots_own_tile_names_nobody() -> None:
    heard = Heard(tile("Notetaker", 1_000))
    assert heard.names(1_000, 2_000) == {None}


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "[]",
        "{}",
        '{"rwg": 1, "at": 1, "since": 1}',
        '{"rwg": "[]", "at": 1, "since": 1}',
        '{"rwg": "no json", "at": 1, "since": 1}',
        '{"tile": "Ada", "at": NaN, "since": NaN}',
        '{"tile": 5, "at": 1, "since": 1}',
        '{"tile": "Ada", "at": 1}',
        '{"tile": "Ada", "at": 1, "since": 2}',
        '{"tile": "Ada", "at": 1e9, "since": 2}',
        '{"tile": "Ada", "at": 1, "since": "1"}',
    ],
)
def test_news_of_another_form_are_an_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        decode_news(text, company())


@pytest.mark.parametrize(
    "body",
    [
        {"add": "x"},
        {"add": [1, None, {"id": True}, {"id": -1}, {"id": "a b"}]},
        {"add": [{"id": 5, "dn2": "***"}, {"id": 6, "dn2": 7}]},
        {"remove": [[]], "update": {"x": 1}},
    ],
)
def test_a_roster_of_nonsense_gives_no_name(body: dict[str, Any]) -> None:
    change = decode_news(rwg(7937, body), company())
    assert all(person.name == "" for person in change.people)
    assert {person.device_id for person in change.people} <= {"1", "5", "6"}
    assert decode_news(rwg(1, {"other": 1}), company()) == RosterChange()


def test_what_zoom_puts_behind_a_name_is_no_part_of_it() -> None:
    assert [clean_name(n) for n in ("Ada (Host, me)", " Zoë  Ng (Guest)", "Zoom user")] == [
        *("Ada", "Zoë Ng", ""),
    ]
