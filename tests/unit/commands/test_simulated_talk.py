import random
from itertools import pairwise
from pathlib import Path

import pytest
import typer

from vexa.commands.simulate.meeting import check_id, read_people, write_turns
from vexa.demo.speech import Recording
from vexa.simulator.doubles import DOUBLES


def recording(voice: str, text: str) -> Recording:
    return Recording(Path(f"{voice}.wav"), voice, 4.0, text, ())


@pytest.mark.parametrize("platform", DOUBLES.names)
def test_an_id_that_is_made_up_is_one_that_the_platform_takes(platform: str) -> None:
    dice, double = random.Random(1), DOUBLES.load(platform)
    for _ in range(20):
        check_id(platform, double.made_up_id(dice))
    with pytest.raises(typer.BadParameter, match=f"allowed: {double.id_form}"):
        check_id(platform, "No Such Id")


def test_people_take_turns_each_with_one_voice_and_never_at_once() -> None:
    said = [recording("slt", "one"), recording("rms", "two"), recording("slt", "three")]
    turns = write_turns(["Ada", "Ben"], said, 40.0)
    assert [turn.participant for turn in turns[:4]] == ["Ada", "Ben", "Ada", "Ben"]
    voices = {(turn.participant, turn.recording.voice) for turn in turns}
    assert voices == {("Ada", "rms"), ("Ben", "slt")}
    assert all(turn.end_s < later.at_s for turn, later in pairwise(turns))
    assert 35.0 < turns[-1].at_s < 40.0


def test_more_people_than_voices_share_a_voice() -> None:
    turns = write_turns(["Ada", "Ben", "Cy"], [recording("slt", "one")], 30.0)
    assert {turn.participant for turn in turns} == {"Ada", "Ben", "Cy"}


def test_nobody_says_nothing() -> None:
    assert write_turns([], [], 30.0) == []


def test_names_are_read_between_commas() -> None:
    assert read_people(" Ada Lovelace, Ben") == ["Ada Lovelace", "Ben"]
