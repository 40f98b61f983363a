"""Who says what at which tick, what is counted as said, and the delayed lights."""

from __future__ import annotations

import random

from vexa.simulator.sfu.conference import Conference
from vexa.simulator.sfu.slot_receiver import SlotReceiver
from vexa.simulator.sfu.speaking_lights import OFF_AFTER_TICKS, SpeakingLights
from vexa.simulator.sfu.speech_source import OpusPacket
from vexa.simulator.sfu.talkers import Played, ScriptedTalker, Utterance


def utterance(name: str, at_s: float, ticks: int) -> Utterance:
    packets = tuple(OpusPacket(f"{name}{n}".encode(), -20) for n in range(ticks))
    return Utterance(name, at_s, name, packets)


class Room:
    """A conference of one scripted talker and one receiver, moved on by hand."""

    def __init__(self) -> None:
        self.played: list[Played] = []
        self.slots: list[tuple[str, int, int]] = []
        self.heard: list[tuple[int, set[int]]] = []
        self.conference = Conference(
            lambda *slot: self.slots.append(slot),
            lambda tick, sounding: self.heard.append((tick, set(sounding))),
        )
        self.talker = ScriptedTalker(11, self.played.append)
        self.conference.talkers[11] = self.talker
        self.conference.receivers["v"] = SlotReceiver("v", own_stream_id=5)

    def steps(self, count: int) -> None:
        for _ in range(count):
            self.conference.step()


def test_speech_waits_for_the_clock_and_for_its_time() -> None:
    room = Room()
    room.talker.schedule([utterance("a", 0.1, 3)])
    room.steps(10)
    assert room.played == []
    room.talker.clock_tick = 10
    room.steps(12)
    [played] = room.played
    assert (played.first_tick, played.packets, played.carried) == (15, 3, {"v": 3})
    assert played.is_whole
    assert room.slots == [("v", 0, 11)]
    assert [tick for tick, sounding in room.heard if sounding] == [15, 16, 17]


def test_one_never_talks_over_oneself() -> None:
    room = Room()
    room.talker.clock_tick = 0
    room.talker.schedule([utterance("b", 0.02, 4), utterance("a", 0.0, 4)])
    room.steps(12)
    assert [(p.utterance.text, p.first_tick) for p in room.played] == [("a", 0), ("b", 4)]
    assert not room.talker.is_busy


def test_mute_cuts_and_skips() -> None:
    room = Room()
    room.talker.clock_tick = 0
    room.talker.schedule([utterance("a", 0.0, 10), utterance("b", 0.2, 2), utterance("c", 1.0, 2)])
    room.steps(4)
    room.talker.muted = True
    room.steps(20)
    room.talker.muted = False
    room.steps(40)
    cut, later = room.played
    assert (cut.utterance.text, cut.packets, cut.is_whole) == ("a", 4, False)
    assert (later.utterance.text, later.first_tick, later.is_whole) == ("c", 50, True)


def test_nobody_hears_themselves_or_through_a_dropped_network() -> None:
    room = Room()
    room.conference.receivers["self"] = SlotReceiver("self", own_stream_id=11)
    room.conference.receivers["v"].dropped = True
    room.talker.clock_tick = 0
    room.talker.schedule([utterance("a", 0.0, 4)])
    room.steps(6)
    assert room.played[0].carried == {}
    assert room.slots == []


def test_lights_are_late_and_linger() -> None:
    lights = SpeakingLights(10, 0.0, random.Random(1))
    changes = {}
    for tick in range(100):
        for change in lights.update(tick, [7] if 20 <= tick < 40 else [], []):
            changes[tick] = change
    assert changes == {30: (7, True), 39 + OFF_AFTER_TICKS + 10: (7, False)}


def test_lights_flicker() -> None:
    lights = SpeakingLights(0, 1.0, random.Random(1))
    changes = [c for tick in range(1000) for c in lights.update(tick, [], [7])]
    assert changes[0] == (7, True)
    assert changes[1] == (7, False)
    assert len(changes) > 10
