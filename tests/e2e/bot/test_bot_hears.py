"""What is said reaches the speech server whole, in time, under the right name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.bot.conftest import World
from tests.support.bot_process import CODE
from tests.support.recording_speech import RecordingSpeech
from tests.support.wait_until import wait_until

LINE = "The quick brown fox jumps over the lazy dog and runs away from the hunter."
#: Jitter buffer and network may move sound by so much, seconds.
SLACK_S = 0.4


async def play(
    world: World, plan: dict[str, list[float]], *, come_late: bool = False, **options: Any
) -> list[dict[str, Any]]:
    """Let people speak a line at their times; return the truth once the bot has left.

    With `come_late` they join after the bot.
    """
    await world.control.create_meeting(CODE, **options)
    if not come_late:
        await add_people(world, plan)
    bot = await world.send()
    await world.manager.wait_for("active")
    if come_late:
        await add_people(world, plan)
    await world.control.start_clock(CODE)

    async def is_over() -> bool:
        return bool((await world.control.meeting(CODE))["speech_over"])

    await wait_until(is_over, within_s=120, what="end of the speech")
    truth = await world.control.truth(CODE)
    await world.control.order(CODE, "end")
    assert await bot.ended() == 0, bot.tail()
    return truth


async def add_people(world: World, plan: dict[str, list[float]]) -> None:
    """Add each person of the plan with a voice and their lines; a star makes a key of a name."""
    voices = ["slt", "rms", "awb", "kal16"]
    for index, (name, times) in enumerate(plan.items()):
        speech = [{"at_s": at, "say": LINE, "voice": voices[index % 4]} for at in times]
        await world.control.add_participant(CODE, name.rstrip("*"), speech=speech)


def check_attribution(speech: RecordingSpeech, truth: list[dict[str, Any]]) -> None:
    """Each line is in one stream of its speaker's name, and nothing else is anywhere."""
    assert truth
    by_stream: dict[int, list[dict[str, Any]]] = {}
    for line in truth:
        by_stream.setdefault(line["stream_id"], []).append(line)
    loud_s = 0.0
    for lines in by_stream.values():
        heard = [
            stream
            for stream in speech.named(lines[0]["name"])
            if stream.loud_share(lines[0]["start_epoch_s"], lines[0]["end_epoch_s"]) > 0.5
        ]
        assert len(heard) >= 1, (lines[0]["name"], [s.name for s in speech.streams.values()])
        for line in lines:
            share = max(s.loud_share(line["start_epoch_s"], line["end_epoch_s"]) for s in heard)
            assert share > 0.6, line
    spoken = [(line["start_epoch_s"], line["end_epoch_s"], line["name"]) for line in truth]
    for stream in speech.streams.values():
        for start, samples in stream.runs:
            if abs(samples).max() < 0.02:
                continue
            at_s = stream.start_epoch_s + start / 16_000
            loud_s += len(samples) / 16_000
            names = {
                name
                for begin, end, name in spoken
                if begin - SLACK_S < at_s + len(samples) / 16_000 and at_s < end + SLACK_S
            }
            assert stream.name in names, (stream.name, names, at_s)
    said_s = sum(end - begin for begin, end, _ in spoken)
    assert loud_s == pytest.approx(said_s, rel=0.25)


async def test_three_people_taking_turns_and_talking_over_each_other(world: World) -> None:
    plan = {"Ada": [0.5, 9.0], "Bob": [3.0, 10.0], "Chris": [5.5, 11.0]}
    truth = await play(world, plan)
    assert len(truth) == 6
    check_attribution(world.speech, truth)
    assert all(stream.ended for stream in world.speech.streams.values())


async def test_five_people_on_three_slots(world: World) -> None:
    names = ["Ada", "Bob", "Chris", "Dana", "Eve"]
    plan = {name: [0.5 + 2 * index, 12 + 2 * index] for index, name in enumerate(names)}
    truth = await play(world, plan)
    assert len({line["stream_id"] for line in truth}) == 5
    check_attribution(world.speech, truth)


async def test_two_people_of_one_name_are_two_streams(world: World) -> None:
    truth = await play(world, {"Ada": [0.5], "Ada*": [2.0]})
    assert {line["name"] for line in truth} == {"Ada"}
    check_attribution(world.speech, truth)
    assert len(world.speech.named("Ada")) == 2


async def test_a_late_roster_names_what_was_already_heard(world: World) -> None:
    truth = await play(world, {"Ada": [0.5, 10.0]}, come_late=True, roster_delay_s=8.0)
    check_attribution(world.speech, truth)
    assert [stream.hello.speaker for stream in world.speech.streams.values()] == [None]


async def test_the_pipeline_without_receivers_is_not_taken(world: World) -> None:
    truth = await play(world, {"Ada": [0.5], "Bob": [5.0]}, neteq=True)
    check_attribution(world.speech, truth)


@pytest.mark.parametrize("roster", ["no_streams", "moved"])
async def test_lit_tiles_tell_whose_a_stream_is_where_the_roster_does_not(
    world: World, roster: str
) -> None:
    plan = {"Ada": [0.5, 12.0], "Bob": [6.5, 18.0]}
    truth = await play(world, plan, roster=roster, flicker_share=0.1)
    check_attribution(world.speech, truth)


async def test_a_page_that_stalls_loses_nothing(world: World) -> None:
    await world.control.create_meeting(CODE)
    speech = [{"at_s": 1.0, "say": LINE}]
    await world.control.add_participant(CODE, "Ada", speech=speech)
    bot = await world.send()
    await world.manager.wait_for("active")
    await world.control.order(CODE, "stall", duration_s=15)
    await world.control.start_clock(CODE)

    async def is_over() -> bool:
        return bool((await world.control.meeting(CODE))["speech_over"])

    await wait_until(is_over, within_s=60, what="end of the speech")
    truth = await world.control.truth(CODE)
    await world.control.order(CODE, "end")
    assert await bot.ended() == 0
    check_attribution(world.speech, truth)


async def test_nothing_said_before_admission_is_heard(world: World) -> None:
    await world.control.create_meeting(CODE, access="ask")
    speech = [{"at_s": 0.1, "say": LINE}]
    await world.control.add_participant(CODE, "Ada", speech=speech)
    bot = await world.send()
    await world.manager.wait_for("awaiting_admission")
    await world.control.start_clock(CODE)

    async def is_over() -> bool:
        return bool((await world.control.meeting(CODE))["speech_over"])

    await wait_until(is_over, within_s=60, what="end of the speech")
    await world.control.order(CODE, "admit")
    await world.manager.wait_for("active")
    await world.control.order(CODE, "end")
    assert await bot.ended() == 0
    assert world.speech.streams == {}


async def test_speech_is_kept_while_the_speech_server_is_away(world: World) -> None:
    port = world.speech.port
    await world.speech.aclose()
    await world.control.create_meeting(CODE)
    await world.control.add_participant(CODE, "Ada", speech=[{"at_s": 0.5, "say": LINE}])
    bot = await world.send()
    await world.manager.wait_for("active")
    await world.control.start_clock(CODE)

    async def is_over() -> bool:
        return bool((await world.control.meeting(CODE))["speech_over"])

    await wait_until(is_over, within_s=60, what="end of the speech")
    async with RecordingSpeech(port) as later:
        await wait_until(lambda: later.streams, within_s=20, what="a stream")
        truth = await world.control.truth(CODE)
        await world.control.order(CODE, "end")
        assert await bot.ended() == 0
        check_attribution(later, truth)
