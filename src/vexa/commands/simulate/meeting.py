"""The meeting of `vexa simulate`: its id, its people, and who says what when."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence

import typer
from pydantic import ValidationError

from vexa.demo.screenplay import Turn
from vexa.demo.speech import Recording
from vexa.simulator.doubles import DOUBLES

#: Talk begins so long after the clock, and a turn so long after the one before, seconds.
_SETTLE_S = 1.0
_PAUSE_S = 0.7


def check_id(platform: str, native_id: str) -> None:
    """Raise BadParameter for an id that the platform's double does not take."""
    double = DOUBLES.load(platform)
    try:
        double.options(platform=platform, native_id=native_id)
    except ValidationError as exc:
        raise typer.BadParameter(
            f"{native_id!r} is no id of {platform}; allowed: {double.id_form}",
            param_hint="--meeting",
        ) from exc


def read_people(names: str) -> list[str]:
    """Return the names of a list with commas. Raises BadParameter."""
    people = [name.strip() for name in names.split(",")]
    if "" in people or len(set(people)) < len(people):
        raise typer.BadParameter(
            f"{names!r}; allowed: different names with commas between them, as 'Ada, Ben'",
            param_hint="--people",
        )
    return people


def write_turns(
    people: Sequence[str], recordings: Sequence[Recording], talk_s: float
) -> list[Turn]:
    """Let people speak in turn for `talk_s`, each with one voice; lines repeat when they run out.

    People share a voice when there are fewer voices, and then its lines too.
    """
    by_voice: dict[str, list[Recording]] = defaultdict(list)
    for recording in recordings:
        by_voice[recording.voice].append(recording)
    lines = [itertools.cycle(by_voice[voice]) for voice in sorted(by_voice)]
    turns: list[Turn] = []
    at_s = _SETTLE_S
    for index, person in itertools.cycle(enumerate(people)):
        if at_s >= talk_s:
            return turns
        turns.append(Turn(person, round(at_s, 3), next(lines[index % len(lines)])))
        at_s = turns[-1].end_s + _PAUSE_S
    return turns
