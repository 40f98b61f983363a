"""Protobuf written byte by byte, so that a reader's schema is checked by something else."""

from __future__ import annotations


def varint(number: int) -> bytes:
    """Return a number of variable length."""
    out = bytearray()
    while True:
        out.append((number & 0x7F) | (0x80 if number > 0x7F else 0))
        number >>= 7
        if not number:
            return bytes(out)


def field(number: int, value: bytes | str | int) -> bytes:
    """Return one field: a number, a text or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw
