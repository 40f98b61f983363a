"""Readers of the live feed for `bench_api.py`: many sockets in one process, as cheap as can be.

Arguments: host, port, API key, readers, seconds. Writes one JSON line when all have subscribed,
waits for a line, listens, and writes one with delays in milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import struct
import sys
import time
from typing import cast

import uvloop

_MASK = b"\0\0\0\0"


def masked_text(text: str) -> bytes:
    """A client's frame, masked with zeros."""
    data = text.encode()
    length = len(data)
    head = bytes([0x81, 0x80 | length]) if length < 126 else struct.pack("!BBH", 0x81, 0xFE, length)
    return head + _MASK + data


class Reader(asyncio.Protocol):
    """One socket: handshake, subscription, then times of frames."""

    def __init__(self, key: str, delays: list[float], subscribed: asyncio.Semaphore) -> None:
        self._key = key
        self._delays = delays
        self._subscribed = subscribed
        self._buffer = b""
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        # uvloop's transports are none of asyncio's classes
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(
            f"GET /ws?dialect=transcript.mutable HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nX-API-Key: {self._key}\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take what came; every frame ends with the time it was published."""
        buffer = self._buffer + data if self._buffer else data
        if not self._is_open:
            head, end, buffer = buffer.partition(b"\r\n\r\n")
            if not end:
                self._buffer = head
                return
            assert b" 101 " in head.split(b"\r\n")[0], head
            self._is_open = True
            self._subscribe()
        self._buffer = self._frames(buffer)

    def _subscribe(self) -> None:
        item = {"platform": "google_meet", "native_id": "abc-defg-hij"}
        self._transport.write(masked_text(json.dumps({"action": "subscribe", "meetings": [item]})))

    def _frames(self, buffer: bytes) -> bytes:
        now = time.time()
        while len(buffer) >= 2:
            length, start = buffer[1] & 127, 2
            if length == 126:
                if len(buffer) < 4:
                    break
                length, start = struct.unpack_from("!H", buffer, 2)[0], 4
            if len(buffer) < start + length:
                break
            self._take(buffer[start : start + length], now)
            buffer = buffer[start + length :]
        return buffer

    def _take(self, frame: bytes, now: float) -> None:
        at = frame.find(b'"sent":')
        if at >= 0:
            self._delays.append(now - float(frame[at + 7 : -1]))
        elif b'"subscribed"' in frame:
            self._subscribed.release()
        else:
            self._subscribe()


async def run(host: str, port: int, key: str, readers: int, seconds: float) -> None:
    """Subscribe, say so, listen, say what was measured."""
    loop = asyncio.get_running_loop()
    delays: list[float] = []
    subscribed = asyncio.Semaphore(0)
    for number in range(readers):
        await loop.create_connection(lambda: Reader(key, delays, subscribed), host, port)
        if number % 20 == 19:
            await asyncio.sleep(0.05)
    for _ in range(readers):
        await subscribed.acquire()
    print(json.dumps({"subscribed": readers}), flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    before = sum(os.times()[:2])
    await asyncio.sleep(seconds)
    ordered = sorted(delays)
    print(
        json.dumps(
            {
                "frames": len(ordered),
                "delays_ms": [round(delay * 1000, 2) for delay in ordered],
                "cpu_s": sum(os.times()[:2]) - before,
            }
        )
    )


if __name__ == "__main__":
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    arguments = sys.argv[1:]
    uvloop.run(
        run(arguments[0], int(arguments[1]), arguments[2], int(arguments[3]), float(arguments[4]))
    )
