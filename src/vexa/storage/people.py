"""Who was in a meeting and in which languages it was held: what its `data` says of both at its end.

Names come from the bot while it is in its meeting, and are kept apart from `data` until the end.
Speakers and languages come from the finals; those that are stored after the end are added. What
the user has written into `data` is never touched. Every function needs the meeting's row locked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from vexa.contracts.meeting import MOST_PARTICIPANTS, TERMINAL
from vexa.storage.tables import MeetingPeopleRow, MeetingRow, TranscriptionRow

_PARTICIPANTS, _LANGUAGES = "participants", "languages"
_TERMINAL = sorted(TERMINAL)


async def record(session: AsyncSession, row: MeetingRow, names: Sequence[str]) -> None:
    """Keep the names that the bot of an open meeting tells, in place of those before."""
    if row.status in TERMINAL or _PARTICIPANTS in row.data:
        return
    (await _kept(session, row.id)).names = list(names)


async def fill(session: AsyncSession, row: MeetingRow) -> dict[str, list[str]]:
    """Return what is to be added to the `data` of a meeting that ends now."""
    kept = await _kept(session, row.id)
    kept.filled = [key for key in (_PARTICIPANTS, _LANGUAGES) if key not in row.data]
    return await _found(session, kept)


async def fill_again(session: AsyncSession, meeting_ids: Collection[int]) -> None:
    """Add to `data` what later finals tell, in those of these meetings that have ended.

    Locks their rows itself, in such a way that a caller may hold `erasure.erased_among`'s lock.
    """
    if not meeting_ids:
        return
    query = (
        select(MeetingRow)
        .where(MeetingRow.id.in_(sorted(meeting_ids)), MeetingRow.status.in_(_TERMINAL))
        .order_by(MeetingRow.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    for row in (await session.scalars(query)).all():
        kept = await session.get(MeetingPeopleRow, row.id)
        found = {} if kept is None else await _found(session, kept)
        if any(row.data.get(key) != value for key, value in found.items()):
            row.data = {**row.data, **found}


async def leave_to_user(session: AsyncSession, meeting_id: int, keys: Collection[str]) -> None:
    """Note which keys of a meeting's `data` its user has written."""
    kept = await session.get(MeetingPeopleRow, meeting_id)
    if kept is None:
        return
    kept.filled = [key for key in kept.filled if key not in keys]
    if _PARTICIPANTS in keys:
        kept.names = []


async def _kept(session: AsyncSession, meeting_id: int) -> MeetingPeopleRow:
    kept = await session.get(MeetingPeopleRow, meeting_id)
    if kept is None:
        kept = MeetingPeopleRow(meeting_id=meeting_id, names=[], filled=[])
        session.add(kept)
        await session.flush()
    return kept


async def _found(session: AsyncSession, kept: MeetingPeopleRow) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if _PARTICIPANTS in kept.filled:
        found[_PARTICIPANTS] = all_named(kept.names, await _speakers(session, kept.meeting_id))
    if _LANGUAGES in kept.filled:
        found[_LANGUAGES] = await _languages(session, kept.meeting_id)
    return found


def all_named(names: Sequence[str], speakers: Sequence[str]) -> list[str]:
    """Return names and then speakers, each once, so that each name of a transcript is there.

    Where there are too many, the last of those who said nothing are left out.
    """
    everybody, spoke = list(dict.fromkeys([*names, *speakers])), set(speakers)
    too_many = len(everybody) - MOST_PARTICIPANTS
    if too_many > 0:
        left_out = set([name for name in everybody if name not in spoke][-too_many:])
        everybody = [name for name in everybody if name not in left_out]
    return everybody[:MOST_PARTICIPANTS]


async def _speakers(session: AsyncSession, meeting_id: int) -> Sequence[str]:
    """Return who spoke, in the order of their first words."""
    first = func.min(TranscriptionRow.absolute_start_time)
    query = (
        select(TranscriptionRow.speaker)
        .where(TranscriptionRow.meeting_id == meeting_id, TranscriptionRow.speaker.is_not(None))
        .group_by(TranscriptionRow.speaker)
        .order_by(first, func.min(TranscriptionRow.id))
        .limit(MOST_PARTICIPANTS)
    )
    return [str(name) for name in (await session.scalars(query)).all()]


async def _languages(session: AsyncSession, meeting_id: int) -> list[str]:
    """Return the languages of finals, the one that was spoken for longest first."""
    spoken_s = func.sum(TranscriptionRow.end_time - TranscriptionRow.start_time)
    query = (
        select(TranscriptionRow.language)
        .where(TranscriptionRow.meeting_id == meeting_id, TranscriptionRow.language.is_not(None))
        .group_by(TranscriptionRow.language)
        .order_by(spoken_s.desc(), TranscriptionRow.language)
    )
    return [str(code) for code in (await session.scalars(query)).all()]
