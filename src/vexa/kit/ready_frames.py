"""WebSocket frames that are made once and written to many connections.

A server's frames are not masked, so without compression the same bytes are right for every
client. Going through ASGI costs a task switch and a new frame for each connection.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request

#: Key of the ASGI scope's extensions under which the writer is.
EXTENSION = "vexa.ready_frames"

#: Takes a whole frame; False when it was not written, because the connection is closing or has
#: more to send than its client takes.
WriteFrame = Callable[[bytes], bool]


def text_frame(text: str) -> bytes:
    """Return the bytes of a text message."""
    frame = Frame(Opcode.TEXT, text.encode("utf-8", "replace"))
    return frame.serialize(mask=False)


def writer_of(scope: MutableMapping[str, Any]) -> WriteFrame | None:
    """Return the connection's writer, if the server has one."""
    writer: WriteFrame | None = scope.get("extensions", {}).get(EXTENSION)
    return writer


class ReadyFrameProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, and `EXTENSION`. Must be used without compression."""

    def handle_connect(self, event: Request) -> None:
        """Take a connection."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self.write_frame

    def write_frame(self, frame: bytes) -> bool:
        """See `WriteFrame`."""
        is_open = self.handshake_complete and not self.close_sent and not self.disconnected
        if not is_open or not self.writable.is_set() or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True
