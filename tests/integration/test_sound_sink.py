"""A bot's sound server: what is played into it comes out, and it lives no longer than its bot."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.support.processes import find_program
from tests.support.wait_until import wait_until
from vexa.bot.page_messages import AudioPiece
from vexa.bot.sink_choice import peak_of
from vexa.bot.sound_sink import RATE_HZ, open_sink
from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome

#: Opens a sound server and is killed while it has it.
OWNER = """
import asyncio, sys
from pathlib import Path
from vexa.bot.sound_sink import open_sink

async def main():
    async with open_sink(Path(sys.argv[1]), lambda piece: None, lambda: None) as address:
        print(address, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def nothing(*_: object) -> None:
    """Do nothing."""


def tone(length_s: float) -> bytes:
    """A tone of 440 Hz, as the server's own samples."""
    at_s = np.arange(round(RATE_HZ * length_s)) / RATE_HZ
    return (8_000 * np.sin(2 * np.pi * 440 * at_s)).astype("<i2").tobytes()


async def plays(address: str, sound: bytes) -> bool:
    """Play sound into a server; tell whether it took it."""
    form = ("--raw", f"--rate={RATE_HZ}", "--channels=1", "--format=s16le")
    player = await asyncio.create_subprocess_exec(
        *(find_program("pacat"), "--playback", *form),
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "PULSE_SERVER": address},
    )
    await asyncio.wait_for(player.communicate(sound), 60)
    return player.returncode == 0


@pytest.mark.parametrize("name", ["bot", "long" * 30])
async def test_what_is_played_comes_out_and_nothing_is_left(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    heard: list[AudioPiece] = []
    gone: list[bool] = []
    async with open_sink(folder, heard.append, lambda: gone.append(True)) as address:
        assert address is not None
        assert await plays(address, tone(1.0))
        await wait_until(
            # a busy machine may play it with gaps
            lambda: sum(peak_of(piece) > 4_000 for piece in heard) >= 5,
            within_s=60,
            what="the tone",
        )
        socket = Path(address.removeprefix("unix:"))
        assert len(str(socket)) <= 107
        assert (folder / "sound").stat().st_mode & 0o077 == 0
    assert gone == []
    assert list(folder.iterdir()) == []
    assert not socket.parent.exists()


async def test_a_killed_owner_leaves_no_server(tmp_path: Path) -> None:
    owner = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OWNER, str(tmp_path)), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    address = (await asyncio.wait_for(owner.stdout.readline(), 60)).decode().strip()
    assert await plays(address, tone(0.1))
    owner.kill()
    await owner.wait()

    async def is_gone() -> bool:
        return not await plays(address, tone(0.1))

    await wait_until(is_gone, within_s=20, what="no sound server")


async def test_a_missing_program_is_named_with_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(JoinError, match=r"BOT_SOUND_SINK.* package pulseaudio") as over:
        async with open_sink(tmp_path, nothing, nothing):
            pass
    assert over.value.outcome is Outcome.START_FAILED


async def test_a_server_that_does_not_start_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "pulseaudio"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    async with open_sink(tmp_path, nothing, nothing) as address:
        assert address is None
