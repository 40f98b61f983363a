"""Ways to write an address that a server must not connect to."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

#: Loopback, unspecified, private, link-local, shared, clouds' metadata, multicast, reserved.
CLOSED_V4 = (
    *("127.0.0.1", "127.1.2.3", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1"),
    *("10.255.255.255", "100.64.0.1", "100.100.100.200", "169.254.0.1", "169.254.169.254"),
    *("172.16.0.1", "172.31.255.254", "192.168.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1"),
    *("198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1"),
    "255.255.255.255",
)
CLOSED_V6 = (
    *("::", "::1", "fe80::1", "febf::1", "fc00::1", "fd00::2", "fd00:ec2::254", "fec0::1"),
    *("ff02::1", "ff0e::1", "2001:db8::1", "2001::1", "2001:0:7f00:1::", "100::1", "3fff::1"),
    *("64:ff9b:1::7f00:1", "5f00::1", "4000::1", "2620:4f:8000::1", "2001:20::1"),
)


def loopback_hosts() -> Iterator[str]:
    """Hosts that reach 127.0.0.1 or ::1 through some client, resolver or browser."""
    yield from ("localhost", "LOCALHOST", "LocalHost.", "localhost.", "127.0.0.1", "127.0.0.1.")
    yield from _numeric(IPv4Address("127.0.0.1"))
    yield from _numeric(IPv4Address("0.0.0.0"))
    yield from _carried(IPv4Address("127.0.0.1"))
    yield from ("[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::]")
    yield from ("[::0.0.0.1]", "[0::1]", "[::1%25lo]", "[::1%lo]", "[::1%251]", "[::0:1]")
    yield from ("①②⑦.⓪.⓪.①", "１２７.０.０.１", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1")
    yield from ("ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "ｌｏｃａｌｈｏｓｔ", "loc\u00adalhost", "local\u200bhost")
    yield from ("%31%32%37.0.0.1", "%6c%6f%63%61%6c%68%6f%73%74", "127.0.0.1%2f", "127.0.0.1%00")


def closed_hosts() -> Iterator[str]:
    """Hosts in all forms, loopback and others, that must not be connected to."""
    yield from loopback_hosts()
    for text in CLOSED_V4:
        address = IPv4Address(text)
        yield from (text, str(int(address)), hex(int(address)))
        yield from _carried(address)
    yield from (f"[{text}]" for text in CLOSED_V6)


def _numeric(address: IPv4Address) -> Iterator[str]:
    a, b, c, d = address.packed
    whole = int(address)
    yield from (str(whole), hex(whole), oct(whole).replace("0o", "0"), hex(whole).upper())
    yield from (f"{a}.{d}", f"{a}.{b}.{d}", f"{a}.{whole & 0xFFFFFF}", f"{a}.{b}.{whole & 0xFFFF}")
    yield from (f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a:#x}.{b:#x}.{c:#x}.{d:#x}")
    yield from (f"0{a:o}.{b}.{c}.{d}", f"{a:#x}.{b}.{c}.{d}", f"{a:#x}.{d}", f"0{a:o}.{d}")
    yield from (f"00000{a:o}.0.0.0{d}", f"{a:03d}.{b:03d}.{c:03d}.{d:03d}", f"{a:#x}.0{b:o}.{d}")
    yield from (f"{a:#010x}.{b}.{c}.{d}", f"{whole}.", f"{a}.{d}.")


def _carried(address: IPv4Address) -> Iterator[str]:
    high, low = divmod(int(address), 0x10000)
    yield f"[::ffff:{address}]"
    yield f"[::FFFF:{high:x}:{low:x}]"
    yield f"[0:0:0:0:0:ffff:{high:04x}:{low:04x}]"
    yield f"[::{address}]"
    yield f"[64:ff9b::{address}]"
    yield f"[2002:{high:x}:{low:x}::1]"
    yield f"[2a00:1450::5efe:{high:x}:{low:x}]"
    yield f"[::ffff:0:{high:x}:{low:x}]"
