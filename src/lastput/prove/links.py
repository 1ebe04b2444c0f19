"""Where a driver keeps its object: the untyped pointers of devices, files and the like, by who reads them.

``platform_get_drvdata(pdev)`` and ``file->private_data`` are ``void *``: which struct they lead to stands in
the function that takes it out. The accessors are those of the modelled kernel, with their paths."""

from __future__ import annotations

__all__ = ["given_as", "inside", "links"]

import functools
import re
from collections.abc import Iterable, Iterator

from lastput.facts.base import Facts, FunctionFact
from lastput.model.compiled import KERNEL

#: Whose pointer an accessor reads, by its first word.
_HOSTS = {
    "dev": "device", "netdev": "net_device", "platform": "platform_device", "pci": "pci_dev",
    "i2c": "i2c_client", "spi": "spi_device", "usb": "usb_interface", "hid": "hid_device",
    "input": "input_dev", "video": "video_device", "sdio": "sdio_func", "serdev": "serdev_device",
    "auxiliary": "auxiliary_device", "amba": "amba_device",
}  # fmt: skip
_MACRO = re.compile(r"^#define (\w+)\((\w+)\) \(\(\2\)->(\w+)\)$", re.MULTILINE)
_THROUGH = re.compile(r"^#define (\w+)\((\w+)\) (\w+)\(&\(\2\)->(\w+)\)$", re.MULTILINE)
_TYPED = re.compile(
    r"\bstruct\s+(\w+)\s*\*\s*((?:const\s+)?\w+(?:\s*=[^,;]*)?(?:,\s*\*\s*\w+(?:\s*=[^,;]*)?)*)"
)
_UNTYPED = "private_data|driver_data|drvdata|priv|private|context|data|dev_id|user_data|hw_priv|driver_priv"
_MEMBER = re.compile(rf"\b(\w+)\s*=\s*(\w+)->((?:\w+\.)*(?:{_UNTYPED}))\s*;")
_CALL = re.compile(r"\b(\w+)\s*=\s*(\w+)\(\s*(&?)\s*(\w+)((?:(?:->|\.)\w+)*)\s*\)\s*;")


def links(facts: Facts, functions: Iterable[FunctionFact]) -> tuple[tuple[str, str, str], ...]:
    """The untyped pointers that the functions follow, as (struct, path to the member, struct it leads to)."""
    return tuple(dict.fromkeys(one for function in functions for one in _of(facts, function)))


def given_as(facts: Facts, function: FunctionFact, parameter: str) -> str:
    """The tag of the struct that an untyped parameter is taken for; "" if it is not."""
    text = _text(facts, function)
    name = re.escape(parameter)
    known = _types(facts, function, text)
    taken = re.search(rf"\b(\w+)\s*=\s*(?:\([^()]*\)\s*)?{name}\s*;", text)
    cast = re.search(rf"\(\s*struct\s+(\w+)\s*\*\s*\)\s*{name}\b", text)
    return known.get(taken[1], "") if taken is not None else cast[1] if cast is not None else ""


def inside(facts: Facts, function: FunctionFact, parameter: str) -> tuple[str, str]:
    """The tag of the struct that a parameter is a part of, and the path to that part; "" if it is none."""
    text = _text(facts, function)
    name = re.escape(parameter)
    around = re.search(rf"\bcontainer_of\(\s*{name}\s*,\s*struct\s+(\w+)\s*,\s*([\w.]+)\s*\)", text)
    if around is not None:
        return around[1], around[2]
    taken = re.search(
        rf"\b(?:from_timer|timer_container_of|from_tasklet|from_work)\(\s*(\w+)\s*,\s*{name}\s*,\s*([\w.]+)",
        text,
    )
    tag = _types(facts, function, text).get(taken[1], "") if taken is not None else ""
    return (tag, taken[2]) if taken is not None and tag else ("", "")


def _of(facts: Facts, function: FunctionFact) -> Iterator[tuple[str, str, str]]:
    text = _text(facts, function)
    types = _types(facts, function, text)
    for taker, host, path in _MEMBER.findall(text):
        if taker in types and host in types:
            yield types[host], path, types[taker]
    for taker, accessor, address, name, members in _CALL.findall(text):
        path = _accessors().get(accessor, "")
        if not path or taker not in types:
            continue
        if address and members.startswith("->") and name in types:
            yield types[name], f"{members[2:].replace('->', '.')}.{path}", types[taker]
        elif not address and accessor.partition("_")[0] in _HOSTS:
            yield _HOSTS[accessor.partition("_")[0]], path, types[taker]


def _types(facts: Facts, function: FunctionFact, text: str) -> dict[str, str]:
    """The variables that point to structs."""
    found = {}
    for one in function.parameters:
        kind = re.search(r"\bstruct\s+(\w+)\s*\*\s*$", one.type)
        if kind is not None:
            found[one.name] = kind[1]
    for tag, names in _TYPED.findall(text):
        for name in names.split(","):
            word = re.match(r"[\s*]*(?:const\s+)?(\w+)", name)
            if word is not None:
                found.setdefault(word[1], tag)
    return found


def _text(facts: Facts, function: FunctionFact) -> str:
    lines = facts.content(function.path).decode("utf-8", "replace").split("\n")
    return "\n".join(lines[function.line - 1 : function.end_line])


@functools.cache
def _accessors() -> dict[str, str]:
    """Of each accessor the path to the pointer that it reads."""
    texts = [(KERNEL / name).read_text("utf-8") for name in ("drvdata.h", "netdev.c")]
    found = {name: member for text in texts for name, _, member in _MACRO.findall(text)}
    for text in texts:
        for name, _, through, member in _THROUGH.findall(text):
            if through in found:
                found[name] = f"{member}.{found[through]}"
    return found
