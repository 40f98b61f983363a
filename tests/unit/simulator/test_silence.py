"""A connection that is silent sends nothing, reads nothing, and tells nobody."""

from __future__ import annotations

import asyncio
from typing import Any

import aioice.ice
import pytest
from aioice import stun
from aiortc import RTCPeerConnection

from vexa.simulator.sfu.peers import prepare_media
from vexa.simulator.sfu.silence import SilenceableProtocol, silence

PEER = ("127.0.0.1", 9)


class KeptPackets(asyncio.DatagramTransport):
    """A socket that keeps what it is to send."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []

    def sendto(self, data: Any, addr: Any = None) -> None:
        self.sent.append(bytes(data))


async def socket_of(connection: RTCPeerConnection) -> tuple[SilenceableProtocol, KeptPackets]:
    """Return a socket as aioice opens one for a connection with a data channel."""
    connection.createDataChannel("x")
    sctp = connection.sctp
    assert sctp is not None
    opened = aioice.ice.StunProtocol(sctp.transport.transport._connection)
    assert isinstance(opened, SilenceableProtocol)
    packets = KeptPackets()
    opened.connection_made(packets)
    return opened, packets


async def use(socket: SilenceableProtocol) -> None:
    """Send data and a check of the connection."""
    await socket.send_data(b"sound", PEER)
    socket.send_stun(stun.Message(stun.Method.BINDING, stun.Class.INDICATION), PEER)


async def test_nothing_passes_a_silent_connection_and_all_of_it_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepare_media()
    received: list[bytes] = []
    connection, other = RTCPeerConnection(), RTCPeerConnection()
    (socket, packets), (free, free_packets) = await socket_of(connection), await socket_of(other)
    socket.local_candidate = aioice.Candidate("1", 1, "udp", 1, "127.0.0.1", 9, "host")
    monkeypatch.setattr(socket.receiver, "data_received", lambda data, _: received.append(data))
    silence(connection, True)
    for one in (socket, free):
        await use(one)
    socket.datagram_received(b"\x80heard", PEER)
    assert (packets.sent, received, len(free_packets.sent)) == ([], [], 2)
    silence(connection, False)
    await use(socket)
    socket.datagram_received(b"\x80heard", PEER)
    assert packets.sent == free_packets.sent[:1] + packets.sent[1:]
    assert (len(packets.sent), received) == (2, [b"\x80heard"])
    for peer in (connection, other):
        await peer.close()
