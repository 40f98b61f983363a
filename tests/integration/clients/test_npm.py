"""Both npm renderers, unmodified, on our live feed: one clean transcript, no draft left over."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import playwright

from tests.support import speech_entries as say
from tests.support.whole_server import User
from vexa.bus.connection import Bus
from vexa.contracts.whisper_protocol import StreamEntry

PACKAGES = Path(sys.prefix) / "npm"
NODE = Path(playwright.__file__).parent / "driver" / "node"
SCRIPT = Path(__file__).parent / "npm" / "render.cjs"
NATIVE_ID = "abc-defg-hij"

#: What is said: speaker, session, number, drafts in order, final. Drafts are wider and narrower
#: than their finals, one final is never drafted, and speakers alternate; a cough is taken back.
SPOKEN: list[tuple[str, str, int, list[str], str | None]] = [
    ("Ada", "s1", 0, ["Good", "Good mourning every", "Good morning everyone and"], "Good morning."),
    ("Grace", "s2", 1, ["Hello Ada, how"], "Hello Ada."),
    ("Ada", "s1", 2, ["Shall we", "Shall we begin with the budget"], "Shall we begin?"),
    ("Grace", "s2", 3, [], "Yes."),
    ("Grace", "s2", 6, ["Uh", ""], None),
    ("Ada", "s1", 4, ["The budget is", "The budget is ten"], "The budget is ten thousand."),
    ("Ada", "s1", 5, ["The budget is"], "The budget is what we have."),
]


def entries(meeting_id: int) -> list[StreamEntry]:
    """Each draft, then its final; drafts of the next one come before the final of this one."""
    told: list[StreamEntry] = [
        say.started(meeting_id, "s1", "Ada"),
        say.started(meeting_id, "s2", "Grace"),
    ]
    finals: list[StreamEntry] = []
    for speaker, uid, seq, drafts, final in SPOKEN:
        for revision, text in enumerate(drafts):
            told.append(
                say.spoken(
                    *(meeting_id, uid, seq, text),
                    completed=False,
                    speaker=speaker,
                    revision=revision,
                )
            )
        told += finals
        revision = len(drafts)
        finals = (
            [say.spoken(meeting_id, uid, seq, final, speaker=speaker, revision=revision)]
            if final
            else []
        )
    return told + finals


async def test_one_clean_transcript(user: User, bus: Bus) -> None:
    assert (PACKAGES / "node_modules").is_dir(), "run scripts/setup.sh dev"
    meeting = await user.send_bot(NATIVE_ID)
    process = await asyncio.create_subprocess_exec(
        *(str(NODE), str(SCRIPT), str(PACKAGES), user.server.url, "google_meet", NATIVE_ID),
        stdout=asyncio.subprocess.PIPE,
        env={"VEXA_API_KEY": user.api_key},
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    for entry in entries(meeting["id"]):
        await say.write(bus, entry)
    last = SPOKEN[-1][-1]
    assert last is not None
    await user.has_said(NATIVE_ID, last)
    user.json("DELETE", f"/bots/google_meet/{NATIVE_ID}")
    printed = json.loads(await process.stdout.readline())
    assert await process.wait() == 0

    segments = [[speaker, final] for speaker, _uid, _seq, _drafts, final in SPOKEN if final]
    groups = [
        ["Ada", "Good morning."],
        ["Grace", "Hello Ada."],
        ["Ada", "Shall we begin?"],
        ["Grace", "Yes."],
        ["Ada", "The budget is ten thousand. The budget is what we have."],
    ]
    # 0.4.0 passes over blank text, by which `transcript.mutable` takes a draft back
    cough = [["Grace", "Uh"]]
    assert printed == {
        "0.4.0 manager, transcript": segments,
        "0.4.0 manager, both": segments + cough,
        "0.4.0 manager, transcript.mutable": segments + cough,
        "0.4.0 pipeline": groups + cough,
        "0.1.1": groups,
        "0.1.1 REST": groups,
    }
