"""Makes protobuf messages from a table, for wires without a published schema: no generated code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

#: Message → field → (number, type): a scalar's name or a message of the table; `*` before it where
#: it is repeated.
Schema = Mapping[str, Mapping[str, tuple[int, str]]]

_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "string": _FIELD.TYPE_STRING,
    "bytes": _FIELD.TYPE_BYTES,
    "uint32": _FIELD.TYPE_UINT32,
    "uint64": _FIELD.TYPE_UINT64,
    "int64": _FIELD.TYPE_INT64,
}


def build_messages(
    package: str, schema: Schema, syntax: Literal["proto2", "proto3"]
) -> dict[str, Any]:
    """Make the message classes of a schema.

    Args:
        package: name of its own, for protobuf.
        schema: the table.
        syntax: with proto2 a field that is there is told from one that is not; with proto3 zeros
            are left out.
    """
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{package}.proto", package=package, syntax=syntax
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
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}"))
        for name in schema
    }
