"""Reads Meet's own messages: compressed protobuf without a published schema."""

from __future__ import annotations

import zlib
from typing import Any

from google.protobuf.message import DecodeError

#: Largest message after decompression; a roster of 1000 people is about 200 kB.
LARGEST_MESSAGE_BYTES = 4_000_000


def parse(message: Any, raw: bytes) -> Any:
    """Read bytes as a message of a class of `protobuf_messages`.

    Raises:
        ValueError: not protobuf, or of another form.
    """
    try:
        return message.FromString(raw)
    except DecodeError as exc:
        raise ValueError("message is not protobuf of the known form") from exc


def text_of(raw: bytes) -> str:
    """Return a text as people wrote it.

    Texts are `bytes` in the schemas, so that one badly encoded name cannot cost a whole message.
    """
    return raw.decode("utf-8", "replace").strip()


def inflate(data: bytes) -> bytes:
    """Decompress zlib, gzip or raw deflate, to a bounded size.

    Raises:
        ValueError: none of the three, cut short, or larger than LARGEST_MESSAGE_BYTES.
    """
    for window_bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        decompressor = zlib.decompressobj(window_bits)
        try:
            inflated = decompressor.decompress(data, LARGEST_MESSAGE_BYTES)
        except zlib.error:
            continue
        if decompressor.eof:
            return inflated
        raise ValueError("message is cut short or too large")
    raise ValueError("message is not deflate")
