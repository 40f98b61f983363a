"""Meet's own messages: compressed protobuf without a published schema.

A schema here is a table of the fields that public bots found; unknown fields are skipped.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

#: Message → field → (number, type); a type is `text`, `bytes`, `number` or a message's name, with
#: `*` before it where it is repeated.
Schema = Mapping[str, Mapping[str, tuple[int, str]]]

#: Largest message after decompression; a roster of 1000 people is about 200 kB.
LARGEST_MESSAGE_BYTES = 4_000_000

_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    # bytes, so that one badly encoded name cannot cost the whole message
    "text": _FIELD.TYPE_BYTES,
    "bytes": _FIELD.TYPE_BYTES,
    "number": _FIELD.TYPE_INT64,
}


def build_messages(name: str, schema: Schema) -> dict[str, Any]:
    """Make the message classes of a schema. `name` is its own, for protobuf."""
    package = f"vexa.platforms.google_meet.{name}"
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{package}.proto", package=package, syntax="proto2"
    )
    for message_name, fields in schema.items():
        message = file.message_type.add(name=message_name)
        for field_name, (number, kind) in fields.items():
            element = kind.removeprefix("*")
            field = message.field.add(name=field_name, number=number)
            field.label = _FIELD.LABEL_REPEATED if kind[0] == "*" else _FIELD.LABEL_OPTIONAL
            field.type = _SCALARS.get(element, _FIELD.TYPE_MESSAGE)
            if element not in _SCALARS:
                field.type_name = f".{package}.{element}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        message_name: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"{package}.{message_name}")
        )
        for message_name in schema
    }


def parse(message: Any, raw: bytes) -> Any:
    """Read bytes as a message of a class of `build_messages`.

    Raises:
        ValueError: not protobuf, or of another form.
    """
    try:
        return message.FromString(raw)
    except DecodeError as exc:
        raise ValueError("message is not protobuf of the known form") from exc


def text_of(raw: bytes) -> str:
    """Return a `text` field as people wrote it."""
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
