"""Points of a kernel thread's way, as a plan writes them.

    entry of module_put
    module_put+0x26
    return of module_put
    return of module_put into kvm             a module; its text, wherever that was loaded
    return of kvm_put_kvm into kvm_vm_release a function
    last call in kvm_vm_release               the instruction after the last call of that function
    unmap of kvm                              just before the text of that module is given back
    write to module.refcnt of kvm_amd         a watchpoint; the field is found through BTF

Each may go on with ``if`` and conditions that are joined by ``and``: ``arg0 == module kvm``,
``arg1 == 0x10``, ``caller in kvm``, ``value == 0`` (of a field that was written), ``comm == kworker/*``
(the name of the task, as ps shows it; ``*`` and ``?`` as in a shell).
"""

from __future__ import annotations

__all__ = ["Condition", "Point", "parse"]

import re

import msgspec

from lastput.errors import LastputError

_NAME = r"[A-Za-z_][\w.]*"
_FORMS = (
    ("entry", rf"entry of (?P<symbol>{_NAME})"),
    ("return", rf"return of (?P<symbol>{_NAME})(?: into (?P<into>{_NAME}))?"),
    ("last call", rf"last call in (?P<symbol>{_NAME})"),
    ("unmap", rf"unmap of (?P<symbol>{_NAME})"),
    ("write", rf"write to (?P<symbol>{_NAME}) of (?P<into>{_NAME})"),
    ("offset", rf"(?P<symbol>{_NAME})\+(?P<offset>0x[0-9a-f]+|\d+)"),
)
_CONDITIONS = (
    ("arg", r"arg(?P<index>[0-5]) == (?P<value>0x[0-9a-f]+|\d+|module \w+)"),
    ("value", r"(?P<index>)value == (?P<value>-?\d+)"),
    ("caller", r"(?P<index>)caller in (?P<value>[\w.]+)"),
    ("comm", r"(?P<index>)comm == (?P<value>[\w/:.*?-]+)"),
)


class Condition(msgspec.Struct, frozen=True):
    """``kind`` is arg (number ``index``), value, caller or comm; ``value`` is a number, ``module NAME`` or a
    name."""

    kind: str
    value: str
    index: int = 0


class Point(msgspec.Struct, frozen=True):
    """``kind`` is entry, return, last call, unmap, write or offset. ``symbol`` is a function, a module
    (unmap) or a field (write); ``into`` a module or function (return), or the object (write)."""

    kind: str
    symbol: str
    into: str = ""
    offset: int = 0
    conditions: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        if self.kind == "offset":
            text = f"{self.symbol}+{self.offset:#x}"
        elif self.kind == "write":
            text = f"write to {self.symbol} of {self.into}"
        else:
            text = f"{self.kind} {'in' if self.kind == 'last call' else 'of'} {self.symbol}"
            text += f" into {self.into}" if self.into else ""
        told = [
            f"arg{one.index} == {one.value}" if one.kind == "arg"
            else f"{one.kind} == {one.value}" if one.kind in ("value", "comm")
            else f"caller in {one.value}"
            for one in self.conditions
        ]  # fmt: skip
        return f"{text} if {' and '.join(told)}" if told else text


def parse(text: str) -> Point:
    """Read a point. Raises LastputError ``bad-plan``."""
    place, _, rest = text.strip().partition(" if ")
    conditions = tuple(_condition(one.strip(), text) for one in rest.split(" and ")) if rest else ()
    for kind, form in _FORMS:
        if match := re.fullmatch(form, place.strip()):
            named = match.groupdict()
            return Point(
                kind, named["symbol"], named.get("into") or "", int(named.get("offset") or "0", 0), conditions
            )
    raise _bad(text)


def _condition(text: str, whole: str) -> Condition:
    for kind, form in _CONDITIONS:
        if match := re.fullmatch(form, text):
            return Condition(kind, match["value"], int(match["index"] or 0))
    raise _bad(whole)


def _bad(text: str) -> LastputError:
    return LastputError(
        "bad-plan",
        f"{text!r} is no point",
        "for example: return of module_put into kvm (docs/replay.md has all)",
    )
