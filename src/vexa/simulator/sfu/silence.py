"""Connections of WebRTC through which nothing passes, as when a page's network is gone.

Nobody is told: no packet goes out, none that comes is read, checks of the connection included, so
that the browser finds out by itself, and this side gives up after its own time (RFC 7675).
"""

from __future__ import annotations

import weakref
from typing import Any

import aioice.ice
from aioice import stun
from aiortc import RTCPeerConnection

_StunProtocol = aioice.ice.StunProtocol
#: Connections of ICE through which nothing passes now.
_silent: weakref.WeakSet[aioice.ice.Connection] = weakref.WeakSet()


class SilenceableProtocol(_StunProtocol):
    """A socket of one connection of ICE; mute and deaf while the connection is silent."""

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        """Read a packet, or lose it."""
        if self.receiver not in _silent:
            super().datagram_received(data, addr)

    async def send_data(self, data: bytes, addr: tuple[str, int]) -> None:
        """Send a packet of media, or lose it."""
        if self.receiver not in _silent:
            await super().send_data(data, addr)

    def send_stun(self, message: stun.Message, addr: tuple[str, int]) -> None:
        """Send a check of the connection, or lose it."""
        if self.receiver not in _silent:
            super().send_stun(message, addr)


def use_silenceable_sockets() -> None:
    """Make aioice open `SilenceableProtocol`s. Safe to call twice."""
    aioice.ice.StunProtocol = SilenceableProtocol  # type: ignore[misc]


def silence(connection: RTCPeerConnection, is_silent: bool) -> None:
    """Let nothing pass through a connection from now on, or everything."""
    for transport in _ice_transports(connection):
        if is_silent:
            _silent.add(transport)
        else:
            _silent.discard(transport)


def _ice_transports(connection: RTCPeerConnection) -> set[aioice.ice.Connection]:
    secured = [transceiver.sender.transport for transceiver in connection.getTransceivers()]
    if connection.sctp is not None:
        secured.append(connection.sctp.transport)
    return {one.transport._connection for one in secured}
