"""The tools: names of three generations, each a call of the REST route that does the work.

A function's docstring is the description that a language model reads.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from vexa.api_gateway.mcp.arguments import (
    BotSettings,
    BotWanted,
    BundleWanted,
    MeetingLink,
    MeetingNotes,
    MeetingsWanted,
    NoArguments,
    OneMediaFile,
    OneMeeting,
    OneRecording,
    OneStay,
    RecordingSettings,
    RecordingsWanted,
    ShareWanted,
)
from vexa.api_gateway.mcp.rest import Rest, RestRefused, path_of
from vexa.platforms.links import parse_link

A = TypeVar("A", bound=BaseModel)
Run = Callable[[Rest, A], Awaitable[Any]]

_BOT = "/bots/{platform}/{native_id}"
_MEETING = "/meetings/{platform}/{native_id}"
_TRANSCRIPT = "/transcripts/{platform}/{native_id}"
_RECORDING = "/recordings/{recording_id}"
_FILE = _RECORDING + "/media/{media_file_id}/download"
#: How what is said becomes text, in REST's names.
_SPEECH = ("language", "task", "allowed_languages", "hotwords")


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. `run` raises RestRefused, or InvalidInput for what it reads itself."""

    name: str
    description: str
    arguments: type[BaseModel]
    run: Run[Any]
    reads_only: bool
    destroys: bool


TOOLS: dict[str, Tool] = {}


def _tool(
    arguments: type[A], *, reads_only: bool = False, destroys: bool = False
) -> Callable[[Run[A]], Run[A]]:
    def add(run: Run[A]) -> Run[A]:
        name = run.__name__
        description = " ".join((run.__doc__ or "").split())
        TOOLS[name] = Tool(name, description, arguments, run, reads_only, destroys)
        return run

    return add


def _path(template: str, meeting: OneMeeting) -> str:
    return path_of(template, platform=meeting.meeting_platform, native_id=meeting.meeting_id)


def _given(arguments: BaseModel, *names: str) -> dict[str, Any]:
    return arguments.model_dump(include=set(names), exclude_none=True)


@_tool(MeetingLink, reads_only=True)
async def parse_meeting_link(rest: Rest, pasted: MeetingLink) -> Any:
    """Find out which meeting a link or an invitation means: platform, id and passcode."""
    address = parse_link(pasted.meeting_url, options=rest.links)
    return {
        "platform": str(address.platform),
        "native_meeting_id": address.native_id,
        "passcode": address.passcode,
        "meeting_url": address.url,
        "warnings": [],
    }


@_tool(BotWanted)
async def request_meeting_bot(rest: Rest, wanted: BotWanted) -> Any:
    """Send a bot into a meeting, by link or by platform and id. It asks to be let in and then
    transcribes; watch it with get_bot_status. A bot that is already there is left alone and
    reported as already_exists.
    """
    place = {"meeting_url"} if wanted.meeting_url else {"platform", "native_meeting_id"}
    body = _given(wanted, *place, "passcode", "bot_name", *_SPEECH)
    try:
        return await rest.call("POST", "/bots", body=body)
    except RestRefused as refused:
        if refused.route_code != "meeting_already_has_bot":
            raise
        return {**refused.body, "status": "already_exists"}


@_tool(NoArguments, reads_only=True)
async def get_bot_status(rest: Rest, _nothing: NoArguments) -> Any:
    """List the bots that run now, with the status of each one's meeting."""
    return await rest.call("GET", "/bots/status")


@_tool(BotSettings)
async def update_bot_config(rest: Rest, wanted: BotSettings) -> Any:
    """Change the language of a bot that is in a meeting, its task, or which languages it may find.
    What is left out goes back to its default, but hotwords stay.
    """
    body = _given(wanted, *_SPEECH)
    return await rest.call("PUT", _path(_BOT + "/config", wanted), body=body)


@_tool(OneMeeting, destroys=True)
async def stop_bot(rest: Rest, meeting: OneMeeting) -> Any:
    """Take the bot out of a meeting. What was said up to then is kept."""
    return await rest.call("DELETE", _path(_BOT, meeting))


@_tool(MeetingsWanted, reads_only=True)
async def list_meetings(rest: Rest, wanted: MeetingsWanted) -> Any:
    """List meetings, newest first. The data of one that has ended says who was there and in which
    languages they spoke.
    """
    return await rest.call("GET", "/meetings", query=wanted.model_dump())


@_tool(OneStay, reads_only=True)
async def get_meeting_transcript(rest: Rest, meeting: OneStay) -> Any:
    """Read what has been said in a meeting, by whom and when, during the meeting or afterwards.
    A segment with completed false may still change.
    """
    query = {"meeting_id": meeting.meeting_db_id}
    return await rest.call("GET", _path(_TRANSCRIPT, meeting), query=query)


@_tool(MeetingNotes)
async def update_meeting_data(rest: Rest, wanted: MeetingNotes) -> Any:
    """Write a meeting's name, participants, languages or notes."""
    data = _given(wanted, "name", "participants", "languages", "notes")
    return await rest.call("PATCH", _path(_MEETING, wanted), body={"data": data})


@_tool(OneMeeting, destroys=True)
async def delete_meeting(rest: Rest, meeting: OneMeeting) -> Any:
    """Delete for good what was said in a meeting that has ended, and whose it was."""
    return await rest.call("DELETE", _path(_MEETING, meeting))


@_tool(ShareWanted)
async def create_transcript_share_link(rest: Rest, wanted: ShareWanted) -> Any:
    """Make a public link to the text of a transcript, which ends by itself."""
    query = {"meeting_id": wanted.meeting_db_id, "ttl_seconds": wanted.ttl_seconds}
    return await rest.call("POST", _path(_TRANSCRIPT + "/share", wanted), query=query)


@_tool(BundleWanted)
async def get_meeting_bundle(rest: Rest, wanted: BundleWanted) -> Any:
    """Read a meeting in one piece: status, notes, recordings, and when asked for the transcript
    and a public link to it.
    """
    bundle = await rest.call("GET", _path(_TRANSCRIPT, wanted))
    if not wanted.include_segments:
        bundle.pop("segments", None)
    recordings = bundle.get("recordings") or []
    if not wanted.include_recordings:
        bundle.pop("recordings", None)
    elif wanted.include_media_download_urls:
        await _add_downloads(rest, recordings)
    if wanted.include_share_link:
        query = {"ttl_seconds": wanted.share_ttl_seconds}
        try:
            share = await rest.call("POST", _path(_TRANSCRIPT + "/share", wanted), query=query)
            bundle["share_link"] = share
        except RestRefused as refused:
            bundle["share_link_error"] = refused.detail
    return bundle


async def _add_downloads(rest: Rest, recordings: list[dict[str, Any]]) -> None:
    for recording in recordings:
        for file in recording.get("media_files") or []:
            ids = {"recording_id": recording["id"], "media_file_id": file["id"]}
            file["download"] = await rest.call("GET", path_of(_FILE, **ids))


@_tool(RecordingsWanted, reads_only=True)
async def list_recordings(rest: Rest, wanted: RecordingsWanted) -> Any:
    """List recordings, newest first."""
    query = {
        "limit": wanted.limit,
        "offset": wanted.offset,
        "meeting_id": wanted.meeting_db_id,
    }
    return await rest.call("GET", "/recordings", query=query)


@_tool(OneRecording, reads_only=True)
async def get_recording(rest: Rest, wanted: OneRecording) -> Any:
    """Read about one recording and its files."""
    return await rest.call("GET", path_of(_RECORDING, **wanted.model_dump()))


@_tool(OneRecording, destroys=True)
async def delete_recording(rest: Rest, wanted: OneRecording) -> Any:
    """Delete a recording and its files for good."""
    return await rest.call("DELETE", path_of(_RECORDING, **wanted.model_dump()))


@_tool(OneMediaFile, reads_only=True)
async def get_recording_media_download(rest: Rest, wanted: OneMediaFile) -> Any:
    """Get an address from which a file of a recording can be downloaded."""
    return await rest.call("GET", path_of(_FILE, **wanted.model_dump()))


@_tool(NoArguments, reads_only=True)
async def get_recording_config(rest: Rest, _nothing: NoArguments) -> Any:
    """Read whether and what the user's bots record."""
    return await rest.call("GET", "/recording-config")


@_tool(RecordingSettings)
async def update_recording_config(rest: Rest, wanted: RecordingSettings) -> Any:
    """Choose whether and what the user's bots record."""
    return await rest.call("PUT", "/recording-config", body=wanted.model_dump(exclude_none=True))
