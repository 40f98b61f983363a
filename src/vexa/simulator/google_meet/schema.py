"""Makes protobuf messages from a table, so that no generated code has to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

#: Message → field → (number, type); a list means repeated.
Schema = Mapping[str, Mapping[str, tuple[int, str | list[str]]]]

_KINDS = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "string": _KINDS.TYPE_STRING,
    "bytes": _KINDS.TYPE_BYTES,
    "uint32": _KINDS.TYPE_UINT32,
    "uint64": _KINDS.TYPE_UINT64,
    "int64": _KINDS.TYPE_INT64,
}


def build_messages(name: str, schema: Schema) -> dict[str, Any]:
    """Make the message classes of a schema. `name` is its own, for protobuf."""
    package = f"vexa.simulator.meet.{name}"
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{package}.proto", package=package, syntax="proto3"
    )
    for message_name, fields in schema.items():
        message = file.message_type.add(name=message_name)
        for field_name, (number, kind) in fields.items():
            element = kind[0] if isinstance(kind, list) else kind
            field = message.field.add(name=field_name, number=number)
            field.label = _KINDS.LABEL_REPEATED if isinstance(kind, list) else _KINDS.LABEL_OPTIONAL
            field.type = _SCALARS.get(element, _KINDS.TYPE_MESSAGE)
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
