"""What is said reaches the speech server whole, in time, under the right name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.bot.conftest import World
from tests.support.bot_process import CODE
from tests.support.recording_speech import RecordingSpeech
from tests.support.wait_until import wait_until
from vexa.contracts.meeting import Outcome

LINE = "The quick brown fox jumps over the lazy dog and runs away from the hunter."
#: Share of a line that signs name surely; beside other people's they leave its edges to nobody.
NAMED = 0.5
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
    return await play_out(world, late=plan if come_late else None)


async def play_out(
    world: World, late: dict[str, list[float]] | None = None, *, by_receivers: bool = True
) -> list[dict[str, Any]]:
    """Send a bot, then the late people, and let all be said; return the truth."""
    bot = await world.send()
    await world.manager.wait_for("active")
    await add_people(world, late or {})
    await (connected(world) if by_receivers else world.control.wait_for_event(CODE, "sound"))
    await world.control.start_clock(CODE)
    truth = await world.all_said(CODE, within_s=120)
    await world.control.order(CODE, "end")
    assert await bot.ended() == 0, bot.tail()
    return truth


async def connected(world: World) -> None:
    """Wait until the bot's page gets sound: what is sent before that is nobody's loss."""
    await world.control.wait_for_event(CODE, "connection", within_s=60, state="connected")


def line_at(at_s: float, voice: str = "slt") -> list[dict[str, Any]]:
    """Speech of one line."""
    return [{"at_s": at_s, "say": LINE, "voice": voice}]


async def add_people(world: World, plan: dict[str, list[float]]) -> None:
    """Add each person of the plan with a voice and their lines; a star makes a key of a name."""
    voices = ["slt", "rms", "awb", "kal16"]
    for index, (name, times) in enumerate(plan.items()):
        speech = [{"at_s": at, "say": LINE, "voice": voices[index % 4]} for at in times]
        await world.control.add_participant(CODE, name.rstrip("*"), speech=speech)


def shares_of(speech: RecordingSpeech, line: dict[str, Any]) -> list[tuple[str | None, float]]:
    """How much of a line is in each stream."""
    begin, end = line["start_epoch_s"], line["end_epoch_s"]
    return [(one.name, one.loud_share(begin, end)) for one in speech.streams.values()]


def check_attribution(speech: RecordingSpeech, truth: list[dict[str, Any]]) -> None:
    """What was sent of each line is in one stream of its speaker's name, and nothing else is."""
    assert truth
    by_stream: dict[int, list[dict[str, Any]]] = {}
    for line in truth:
        by_stream.setdefault(line["stream_id"], []).append(line)
    loud_s = 0.0
    for lines in by_stream.values():
        heard = [
            stream
            for stream in speech.named(lines[0]["name"])
            if stream.loud_share(lines[0]["start_epoch_s"], lines[0]["end_epoch_s"])
            > 0.5 * sent_share(lines[0])
        ]
        assert len(heard) >= 1, (lines[0], shares_of(speech, lines[0]))
        for line in lines:
            share = max(s.loud_share(line["start_epoch_s"], line["end_epoch_s"]) for s in heard)
            assert share > 0.6 * sent_share(line), line
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
    said_s = sum((line["end_epoch_s"] - line["start_epoch_s"]) * sent_share(line) for line in truth)
    assert loud_s == pytest.approx(said_s, rel=0.25)


def sent_share(line: dict[str, Any]) -> float:
    """Share of a line that the bot's page was sent."""
    (share,) = line["carried"].values()
    return float(share)


async def sources_of_slots(world: World) -> dict[int, set[int]]:
    """Whom each slot carried in turn."""
    carried: dict[int, set[int]] = {}
    for event in await world.control.events(CODE):
        if event["event"] == "slot":
            carried.setdefault(event["slot"], set()).add(event["stream_id"])
    return carried


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


async def test_eight_people_on_three_slots_that_change_hands(world: World) -> None:
    names = ["Ada", "Bob", "Chris", "Dana", "Eve", "Finn", "Gus", "Hana"]
    plan = {name: [0.5 + 3 * index] for index, name in enumerate(names)}
    for index, name in enumerate(names[:3]):
        # again, in whatever slot is free then
        plan[name].append(25 + 3 * index)
    truth = await play(world, plan)
    assert len({line["stream_id"] for line in truth}) == 8
    slots = await sources_of_slots(world)
    assert len(slots) == 3
    assert all(len(sources) > 1 for sources in slots.values())
    check_attribution(world.speech, truth)


async def test_a_louder_fourth_takes_a_slot_from_somebody_who_speaks(world: World) -> None:
    await world.control.create_meeting(CODE)
    await add_people(world, {"Ada": [0.5], "Bob": [0.5], "Chris": [0.5]})
    loud = [{"at_s": 2.5, "say": LINE, "voice": "slt", "gain": 6.0}]
    await world.control.add_participant(CODE, "Dana", speech=loud)
    truth = await play_out(world)
    shares = {line["name"]: sent_share(line) for line in truth}
    # she waits until her loudness is sure, and one of the others is cut off
    assert shares["Dana"] > 0.5
    assert min(shares.values()) < 0.9
    check_attribution(world.speech, truth)


async def test_what_a_presentation_plays_is_its_persons_and_its_device_is_nobody(
    world: World,
) -> None:
    await world.control.create_meeting(CODE)
    ada = await world.control.add_participant(CODE, "Ada", speech=line_at(0.5))
    screen = {"presents_for": ada["id"], "speech": line_at(7.0, voice="rms")}
    await world.control.add_participant(CODE, "Ada (Presentation)", **screen)
    limits = {"max_time_left_alone": 3_000, "no_one_joined_timeout": 600_000}
    bot = await world.send(automatic_leave=limits)
    await world.manager.wait_for("active")
    await connected(world)
    await world.control.start_clock(CODE)
    await wait_until(
        lambda: world.manager.heartbeats[-1].participants == 1, within_s=60, what="Ada alone"
    )
    truth = await world.all_said(CODE, within_s=120)
    assert len({line["stream_id"] for line in truth}) == 2
    assert {heartbeat.participants for heartbeat in world.manager.heartbeats} <= {0, 1}
    # a screen that stays behind keeps nobody company
    await world.control.remove_participant(CODE, ada["id"])
    assert await bot.ended(within_s=120) == 0, bot.tail()
    assert world.manager.end.outcome is Outcome.LEFT_ALONE
    check_attribution(world.speech, [{**line, "name": "Ada"} for line in truth])


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


async def test_the_pipeline_without_receivers_is_heard_and_named_where_there_is_no_other(
    world: World,
) -> None:
    await world.control.create_meeting(CODE, neteq_always=True, flicker_share=0)
    await add_people(world, {"Ada": [0.5, 12.0], "Bob": [6.5, 18.0]})
    for line in await play_out(world, by_receivers=False):
        shares = shares_of(world.speech, line)
        assert sum(share for name, share in shares if name == line["name"]) > NAMED, shares
        assert not any(share for name, share in shares if name not in {line["name"], None}), shares


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


async def test_a_page_that_stalls_puts_no_silence_between_words(world: World) -> None:
    await world.control.create_meeting(CODE)
    speech = [{"at_s": at_s, "say": LINE} for at_s in (4.0, 14.0, 24.0)]
    await world.control.add_participant(CODE, "Ada", speech=speech)
    bot = await world.send()
    await world.manager.wait_for("active")
    await world.control.order(CODE, "stall", busy_ms=1_500, every_ms=2_000, duration_s=22)
    await world.control.start_clock(CODE)
    # her last words, said when nothing stalls any more, come after all that is looked at
    truth = (await world.all_said(CODE, within_s=60))[:-1]
    await world.control.order(CODE, "end")
    assert await bot.ended() == 0
    (stream,) = world.speech.named("Ada")
    assert len(truth) == 2
    for line in truth:
        over_s = line["end_epoch_s"] + SLACK_S
        assert stream.loud_share(line["start_epoch_s"], over_s) > 0.5, line
        assert stream.loud_share(over_s, over_s + 3) == 0, line


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
