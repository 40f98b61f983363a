"""A sound server of one bot: its browser plays into it, and the bot reads what was played.

The last resort for sound that no hook of the page sees (docs/decisions/0077). PulseAudio runs with
a socket in the bot's own folder and one sink, which writes into a pipe; it has no microphone, so
nobody can hear an echo. It dies with the bot, however the bot dies: the kernel kills it, and it
bears the bot's mark.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import structlog

from vexa.bot.helper_process import end_helper
from vexa.bot.page_messages import AudioPiece
from vexa.bot.settings import sound_server_environment
from vexa.bot.short_folder import short_folder
from vexa.contracts.errors import JoinError
from vexa.contracts.meeting import Outcome
from vexa.kit.tasks import BackgroundTasks

_log = structlog.get_logger(__name__)

#: Chromium's own rate, Hz; samples are int16, mono.
RATE_HZ = 48_000
_SAMPLE_BYTES = 2
#: The pipe is emptied this often, seconds; and what it holds, bytes: ten seconds, the most that
#: Linux gives without a privilege (fs.pipe-max-size).
_READ_EVERY_S = 0.1
_PIPE_BYTES = 1_048_576
#: Longest piece that is made of what was read, samples: a tenth of a second.
_PIECE_SAMPLES = RATE_HZ // 10
#: The server writes every 50 ms or so. What seems older than this was lost on the way, ms.
_LOST_MS = 300.0
#: How long the server may take to start and to end, seconds.
_START_S, _END_S = 10.0, 2.0
_LOOK_AGAIN_S = 0.02
_SOCKET, _PIPE = "native", "sink"
#: What a page may see of the sink; without them, the path of the pipe.
_NAMES = "sink_name=speakers sink_properties=device.description=Speakers"


class PlayedPieces:
    """Cuts what came out of the pipe into pieces and says when they were played. Pure.

    The server writes by the clock, silence too: what was just read ends now, or a moment ago.
    """

    def __init__(self) -> None:
        self._end_ms = float("-inf")
        self._rest = b""

    def take(self, data: bytes, now_ms: float) -> list[AudioPiece]:
        """Take all that the pipe had at `now_ms`, epoch time; return pieces of `sink`, in order."""
        data = self._rest + data
        whole = len(data) - len(data) % _SAMPLE_BYTES
        self._rest = data[whole:]
        samples = np.frombuffer(data[:whole], dtype="<i2")
        length_ms = len(samples) * 1000 / RATE_HZ
        end_ms = self._end_ms + length_ms
        # an end that is yet to come was set too late; one long ago means that sound was lost
        self._end_ms = end_ms if now_ms - _LOST_MS <= end_ms <= now_ms else now_ms
        begin_ms = self._end_ms - length_ms
        return [
            AudioPiece(
                "sink",
                begin_ms + first * 1000 / RATE_HZ,
                None,
                RATE_HZ,
                samples[first : first + _PIECE_SAMPLES],
            )
            for first in range(0, len(samples), _PIECE_SAMPLES)
        ]


@asynccontextmanager
async def open_sink(
    work_dir: Path, take: Callable[[AudioPiece], None], on_gone: Callable[[], None]
) -> AsyncIterator[str | None]:
    """Start a sound server and read it; end it at the exit.

    Args:
        work_dir: the bot's own folder.
        take: takes each piece of what is played.
        on_gone: called when the server ends by itself. A browser that has played into it plays no
            more then, and a track that is not played brings no sound.

    Yields:
        `PULSE_SERVER` for whoever plays into it; None when it does not start, for a bot hears by
        its page without it, too.

    Raises:
        JoinError: PulseAudio is not installed.
    """
    if shutil.which("pulseaudio") is None:
        raise JoinError(Outcome.START_FAILED, "BOT_SOUND_SINK needs the package pulseaudio")
    folder = _make_folder(work_dir)
    short = short_folder(folder, _SOCKET)
    pipe = _open_pipe(folder / _PIPE)
    server = await asyncio.create_subprocess_exec(
        *_command(folder, short / _SOCKET),
        stdin=asyncio.subprocess.DEVNULL,
        env=dict(sound_server_environment(folder)),
    )
    tasks = BackgroundTasks()
    try:
        is_up = await _comes_up(server, folder / _SOCKET)
        if is_up:
            tasks.spawn("sound sink", _read(pipe, take, on_gone))
        else:
            _log.error("sound_sink_failed", exit_code=server.returncode)
        yield f"unix:{short / _SOCKET}" if is_up else None
    finally:
        await tasks.aclose()
        await end_helper(server, _END_S)
        os.close(pipe)
        shutil.rmtree(folder, ignore_errors=True)
        if short != folder:
            short.unlink()


def _make_folder(work_dir: Path) -> Path:
    folder = work_dir.resolve() / "sound"
    folder.mkdir(mode=0o700)
    return folder


def _open_pipe(path: Path) -> int:
    os.mkfifo(path, mode=0o600)
    pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with contextlib.suppress(PermissionError):
        # an account has so many pages for pipes; without more of them a stall costs sound
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return pipe


async def _read(pipe: int, take: Callable[[AudioPiece], None], on_gone: Callable[[], None]) -> None:
    pieces = PlayedPieces()
    while True:
        await asyncio.sleep(_READ_EVERY_S)
        try:
            data = os.read(pipe, _PIPE_BYTES)
        except BlockingIOError:
            continue
        if not data:
            _log.error("sound_sink_gone")
            on_gone()
            return
        for piece in pieces.take(data, time.time() * 1000):
            take(piece)


def _command(folder: Path, socket: Path) -> list[str]:
    """PulseAudio with nothing but a socket for this account and a sink that writes by the clock."""
    sink = f"file={folder / _PIPE} format=s16le rate={RATE_HZ} channels=1 {_NAMES}"
    return [
        *("setpriv", "--pdeathsig", "KILL", "pulseaudio", "-n", "--daemonize=no"),
        *("--use-pid-file=no", "--exit-idle-time=-1", "--disallow-exit=yes"),
        *("--disallow-module-loading=yes", "--disable-shm=yes", "--enable-memfd=no"),
        *("--high-priority=no", "--realtime=no", "--log-target=stderr", "--log-level=error"),
        # the socket comes last: who finds it finds the sink
        *("-L", f"module-pipe-sink {sink} use_system_clock_for_timing=yes"),
        *("-L", f"module-native-protocol-unix socket={socket} auth-cookie-enabled=0"),
    ]


async def _comes_up(server: asyncio.subprocess.Process, socket: Path) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_START_S):
            while server.returncode is None:
                if os.access(socket, os.F_OK):
                    return True
                await asyncio.sleep(_LOOK_AGAIN_S)
    return False
