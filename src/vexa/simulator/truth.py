"""What was really said, written as one line for each utterance. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vexa.simulator.meetings import Participant
from vexa.simulator.sfu.talkers import TICKS_PER_S, Played


def truth_line(
    code: str, participant: Participant, played: Played, epoch_of: Callable[[float], float]
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
    utterance = played.utterance

    def sent_s(said_s: float) -> float:
        return round(epoch_of(played.first_tick + said_s * TICKS_PER_S), 3)

    words = [
        [word.text, sent_s(word.start_s), sent_s(word.end_s)]
        for word in utterance.words
        if word.end_s * TICKS_PER_S <= played.packets
    ]
    return {
        "meeting": code,
        "utterance": utterance.utterance_id,
        "participant": participant.participant_id,
        "name": participant.name,
        "device_id": participant.device_id,
        "stream_id": participant.stream_id,
        "text": utterance.text,
        "start_epoch_s": sent_s(0),
        "end_epoch_s": sent_s(played.packets / TICKS_PER_S),
        "words": words or None,
        "whole": played.is_whole,
        "carried": {
            visitor: round(count / max(played.packets, 1), 3)
            for visitor, count in played.carried.items()
        },
    }
