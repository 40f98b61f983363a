"""The control API: what a test, the demo or a person tells the simulator to do.

Plain HTTP on loopback; `docs/simulator.md` describes it.
"""

from __future__ import annotations

import asyncio
import operator
import uuid
from functools import reduce
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response
from pydantic import Discriminator, Tag

from vexa.contracts.errors import InvalidInput, NotFound
from vexa.simulator import control_bodies as bodies
from vexa.simulator.control_orders import add_orders
from vexa.simulator.doubles import DEFAULT_PLATFORM, DOUBLES, person_host
from vexa.simulator.flite import say
from vexa.simulator.live_meeting import LiveMeeting
from vexa.simulator.meetings import MeetingOptions
from vexa.simulator.meetings_index import MeetingsIndex
from vexa.simulator.sfu.microphone import KEPT_S, Microphone
from vexa.simulator.sfu.speech_source import SpeechLibrary
from vexa.simulator.sfu.talkers import Utterance, Word


class SpeechDesk:
    """Turns speech bodies into utterances, writing flite's sentences as files first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._library = SpeechLibrary()
        folder.mkdir(parents=True, exist_ok=True)

    async def utterance(self, speech: bodies.SpeechBody) -> Utterance:
        """Load one. Raises InvalidInput."""
        if (speech.file is None) == (speech.say is None):
            raise InvalidInput("give either file or say", field="speech")
        path = Path(speech.file) if speech.file is not None else self._folder / "say.wav"
        text = speech.text or ""
        if speech.say is not None:
            path = self._folder / f"{uuid.uuid4().hex}.wav"
            text = speech.say
            await asyncio.to_thread(say, speech.voice, speech.say, path)
        packets = await self._library.load(path, speech.gain)
        words = tuple(Word(*word) for word in speech.words)
        return Utterance(uuid.uuid4().hex[:12], speech.at_s, text, packets, words)

    async def utterances(self, speech: list[bodies.SpeechBody]) -> list[Utterance]:
        """Load several. Raises InvalidInput."""
        return [await self.utterance(item) for item in speech]


def describe(meeting: LiveMeeting) -> dict[str, Any]:
    """A meeting's present state as JSON."""
    state = meeting.state
    platform = state.options.platform
    return {
        "native_id": meeting.code,
        "options": state.options.model_dump(),
        "person_host": person_host(platform),
        "person_path": DOUBLES.load(platform).page_path(meeting.code),
        "ended": state.is_ended,
        "clock_started_epoch_s": meeting.clock_started_epoch_s,
        "speech_over": meeting.is_speech_over,
        "participants": [
            {
                "id": item.participant_id,
                "name": item.name,
                "device_id": item.device_id,
                "stream_id": item.stream_id,
                "present": item.is_present,
                "muted": item.is_muted,
                "host": item.is_host,
                "hidden": item.is_hidden,
                "visitor": item.visitor_id,
            }
            for item in state.participants.values()
        ],
        "visitors": [
            {
                "id": item.visitor_id,
                "state": item.state,
                "name": item.name,
                "pictures_sent": meeting.cameras(item.visitor_id).sent,
                "microphone": _describe_microphone(meeting.microphone(item.visitor_id)),
            }
            for item in state.visitors.values()
        ],
    }


def _describe_microphone(microphone: Microphone) -> dict[str, Any]:
    return {"sent_s": microphone.sent_s, "loudest_dbov": microphone.loudest_dbov}


def build_control_router(index: MeetingsIndex, desk: SpeechDesk) -> APIRouter:
    """Make every route of the control API."""
    router = APIRouter(prefix="/control", tags=["control"])
    _add_meetings(router, index)
    _add_participants(router, index, desk)
    add_orders(router, index)
    _add_records(router, index)
    return router


def _any_options() -> Any:
    """The options of every platform; a body without `platform` is the default platform's."""
    options: dict[str, Any] = {name: DOUBLES.load(name).options for name in DOUBLES.names}
    kinds = (Annotated[kind, Tag(name)] for name, kind in options.items())
    return Annotated[reduce(operator.or_, kinds), Discriminator(_platform_of), Body()]


def _platform_of(body: Any) -> Any:
    if isinstance(body, MeetingOptions):
        return body.platform
    return body.get("platform", DEFAULT_PLATFORM) if isinstance(body, dict) else None


def _add_meetings(router: APIRouter, index: MeetingsIndex) -> None:
    async def create(options: MeetingOptions) -> dict[str, Any]:
        """Create a meeting. 409 when the code is in use."""
        return describe(index.create(options))

    create.__annotations__ = {"options": _any_options(), "return": dict[str, Any]}
    router.post("/meetings", status_code=201)(create)

    @router.get("/meetings")
    async def list_all() -> list[dict[str, Any]]:
        """Every meeting."""
        return [describe(meeting) for meeting in index.all()]

    @router.get("/meetings/{code}")
    async def read(code: str) -> dict[str, Any]:
        """One meeting: participants, visitors, clock."""
        return describe(index.get(code))

    @router.post("/meetings/{code}/clock")
    async def start_clock(code: str) -> dict[str, float]:
        """Start the meeting's clock. 409 when it runs."""
        return {"started_epoch_s": index.get(code).start_clock()}

    @router.post("/meetings/{code}/end")
    async def end(code: str) -> dict[str, Any]:
        """End the meeting for everyone. 409 when it has ended."""
        meeting = index.get(code)
        meeting.end()
        return describe(meeting)

    @router.delete("/meetings/{code}", status_code=204)
    async def delete(code: str) -> None:
        """Forget a meeting: its address becomes unknown."""
        await index.remove(code)


def _add_participants(router: APIRouter, index: MeetingsIndex, desk: SpeechDesk) -> None:
    @router.post("/meetings/{code}/participants", status_code=201)
    async def add(code: str, body: bodies.ParticipantBody) -> dict[str, Any]:
        """Bring a participant in, with what they will say."""
        meeting = index.get(code)
        utterances = await desk.utterances(body.speech)
        added = meeting.add_participant(
            body.name,
            display_name=body.display_name,
            is_host=body.host,
            is_muted=body.muted,
            is_hidden=body.hidden,
            presents_for=body.presents_for,
        )
        meeting.schedule(added.participant_id, utterances)
        return {
            "id": added.participant_id,
            "device_id": added.device_id,
            "stream_id": added.stream_id,
            "speech_s": sum(item.length_s for item in utterances),
        }

    @router.post("/meetings/{code}/participants/{participant}/speech", status_code=201)
    async def more(code: str, participant: str, body: bodies.SpeechRequest) -> dict[str, float]:
        """Schedule more speech."""
        utterances = await desk.utterances(body.speech)
        index.get(code).schedule(participant, utterances)
        return {"speech_s": sum(item.length_s for item in utterances)}

    @router.patch("/meetings/{code}/participants/{participant}", status_code=204)
    async def change(code: str, participant: str, body: bodies.ParticipantChange) -> None:
        """Mute, unmute, rename."""
        meeting = index.get(code)
        if body.muted is not None:
            meeting.set_muted(participant, body.muted)
        if body.name is not None:
            meeting.rename(participant, body.name)

    @router.delete("/meetings/{code}/participants/{participant}", status_code=204)
    async def leave(code: str, participant: str) -> None:
        """Let a participant leave."""
        index.get(code).remove_participant(participant)

    @router.post("/meetings/{code}/chat", status_code=204)
    async def chat(code: str, body: bodies.ChatBody) -> None:
        """Let a participant write in the chat."""
        meeting = index.get(code)
        meeting.say_in_chat(meeting.state.participant(body.participant).device_id, body.text)


def _add_records(router: APIRouter, index: MeetingsIndex) -> None:
    @router.get("/meetings/{code}/events")
    async def events(
        code: str,
        after: Annotated[int, Query(ge=0)] = 0,
        wait_s: Annotated[float, Query(ge=0, le=30)] = 0.0,
    ) -> list[dict[str, Any]]:
        """Events with `seq` above `after`; waits up to `wait_s` for the first."""
        index.get(code)
        return await index.records.events.wait_since(after, code, wait_s)

    @router.get("/meetings/{code}/truth")
    async def truth(code: str, after: Annotated[int, Query(ge=0)] = 0) -> list[dict[str, Any]]:
        """Utterances that were really played, as in truth.jsonl."""
        index.get(code)
        return index.records.truth.since(after, code)

    @router.get(
        "/meetings/{code}/visitors/{visitor}/microphone",
        response_class=Response,
        responses={200: {"content": {"audio/wav": {}}}},
        description=f"The last {KEPT_S} s that a page's microphone sent, as a wav file.",
    )
    async def microphone(code: str, visitor: str) -> Response:
        meeting = index.get(code)
        visitor_id = meeting.state.visitor(visitor).visitor_id
        return Response(meeting.microphone(visitor_id).wav(), media_type="audio/wav")

    @router.get("/{rest:path}", include_in_schema=False)
    async def unknown(rest: str) -> None:
        raise NotFound(f"no control route {rest}")
