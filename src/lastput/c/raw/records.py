"""Fields of structs whose type may say something of lifetimes: structs, typedefs, callbacks."""

from __future__ import annotations

__all__ = ["RecordField", "read_record"]

import re
from typing import NamedTuple

_TAG = re.compile(r"\b(?:struct|union)\s+(?:__\w+\s+|randomized_struct_fields_start\s+)?(\w+)\s*$")
_TYPEDEF = re.compile(r"^\s*\}?\s*(?:__\w+(?:\([^)]*\))?\s*)*(\w+)\s*[,;]")
_POINTER = re.compile(r"\(\s*\*+\s*(?:const\s+|__\w+\s+)*(\w+)\s*(?:\[[^\]]*\]\s*)*\)\s*\(")
_FIELD = re.compile(
    r"^\s*(?:(?:const|volatile|__\w+(?:\([^)]*\))?|private)\s+)*(?:(struct|union|enum)\s+)?(\w+)\b(.*)$",
    re.DOTALL,
)
_NAME = re.compile(r"(\**)\s*(\w+)\s*(\[|$|:)")
_PLAIN = {
    "int", "unsigned", "signed", "long", "short", "char", "bool", "void", "float", "double", "size_t", "enum",
    "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "__u8", "__u16", "__u32", "__u64", "__s8", "__s16",
    "__s32", "__s64", "__le16", "__le32", "__le64", "__be16", "__be32", "__be64", "uint8_t", "uint16_t",
    "uint32_t", "uint64_t", "int8_t", "int16_t", "int32_t", "int64_t", "dma_addr_t", "phys_addr_t", "ssize_t",
    "loff_t", "gfp_t", "ulong", "uint", "uint8", "uint16", "uint32", "return", "DECLARE_BITMAP",
}  # fmt: skip


class RecordField(NamedTuple):
    """``type`` is a tag or typedef name, or ``function pointer``; ``pointers`` counts the stars."""

    name: str
    type: str
    pointers: int
    offset: int


def read_record(head: str, body: str, tail: str) -> tuple[str, list[RecordField]]:
    """The name of a struct or union, and its fields; the name is "" for what is none.

    Fields of unnamed inner structs count as fields of the outer one, as in C; those of named inner ones too.
    ``offset`` of a field counts from the begin of the body.
    """
    tag = _TAG.search(head)
    name = tag[1] if tag is not None else ""
    if not name and "typedef" in head and "enum" not in head:
        found = _TYPEDEF.match(tail)
        name = found[1] if found is not None else ""
    if not name:
        return "", []
    fields: list[RecordField] = []
    position = 1
    for part in body[1:-1].split(";"):
        begin = position
        position += len(part) + 1
        inner = max(part.rfind("{"), part.rfind("}"))
        text = part[inner + 1 :]
        begin += inner + 1
        callback = _POINTER.search(text)
        if callback is not None:
            fields.append(RecordField(callback[1], "function pointer", 1, begin + callback.start(1)))
            continue
        found = _FIELD.match(text)
        if found is None or found[1] == "enum" or found[2] in _PLAIN or part[inner : inner + 1] == "}":
            continue
        for declarator in found[3].split(","):
            named = _NAME.search(declarator)
            if named is not None:
                fields.append(RecordField(named[2], found[2], len(named[1]), begin + found.start(2)))
    return name, fields
