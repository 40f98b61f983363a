"""What was really said, written as one line for each utterance. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vexa.simulator.meetings import Participant
from vexa.simulator.sfu.talkers import Played


def truth_line(
    code: str, participant: Participant, played: Played, epoch_of: Callable[[int], float]
) -> dict[str, Any]:
    """Return a line of `truth.jsonl`.

    Args:
        code: the meeting's native id.
        participant: who spoke.
        played: what of the utterance was sent, and to whom.
        epoch_of: tick → seconds since 1970.

    Returns:
        Times as seconds since 1970, as sent, before any network or jitter buffer. `carried` is
        the share of packets that each visitor got: below 1 when four speak at once. `whole` is
        false when the speaker was muted or left; `words` then holds those that were finished.
    """
    start_s = epoch_of(played.first_tick)
    end_s = epoch_of(played.first_tick + played.packets)
    utterance = played.utterance
    words = [
        [word.text, round(start_s + word.start_s, 3), round(start_s + word.end_s, 3)]
        for word in utterance.words
        if start_s + word.end_s <= end_s
    ]
    return {
        "meeting": code,
        "utterance": utterance.utterance_id,
        "participant": participant.participant_id,
        "name": participant.name,
        "device_id": participant.device_id,
        "stream_id": participant.stream_id,
        "text": utterance.text,
        "start_epoch_s": round(start_s, 3),
        "end_epoch_s": round(end_s, 3),
        "words": words or None,
        "whole": played.is_whole,
        "carried": {
            visitor: round(count / max(played.packets, 1), 3)
            for visitor, count in played.carried.items()
        },
    }
