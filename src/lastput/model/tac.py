"""Three-address code: what a function is lowered to, before it is inlined into threads."""

from __future__ import annotations

__all__ = ["FrameNode", "Ins", "Pseudo", "Ref", "Template"]

import enum

import msgspec

from lastput.engine.program import Frame, Op
from lastput.errors import Place


class Pseudo(enum.IntEnum):
    """Operations that the later passes resolve; numbered behind the engine's ``Op``."""

    LABEL = 100  # a = label
    CALL = 101  # a = result register or -1, b = function name, c = argument registers
    ICALL = 102  # through register b, c = (argument registers, Func type of the candidates)
    BEGIN = 103  # a step of several accesses begins; a = Kind
    END = 104
    EXIT = 105  # the thread ends
    TEXT = 106  # an instruction is fetched from module text; a = text
    SPAWN = 107  # a = result, b = register of the function, c = (argument register, Func type)
    STACK = 108  # a = address of the local b, plus offset c
    CLEAR = 109  # the frame of the function a ends, and its locals with it
    OPEN = 110  # it begins


class Ref(msgspec.Struct, frozen=True):
    """A number known only when the address space is laid out.

    ``kind`` is global (``name`` a variable, ``offset``), function, string, type (``offset`` is the id
    of its record) or pool.
    """

    kind: str
    name: str
    offset: int = 0


class FrameNode:
    """A frame of the inlined stack, linked to its caller."""

    __slots__ = ("frame", "parent")

    def __init__(self, frame: Frame, parent: FrameNode | None) -> None:
        self.frame = frame
        self.parent = parent

    def stack(self) -> tuple[Frame, ...]:
        """From outermost to innermost."""
        frames: list[Frame] = []
        node: FrameNode | None = self
        while node is not None:
            frames.append(node.frame)
            node = node.parent
        return tuple(reversed(frames))


class Ins:
    """One instruction. Registers are virtual; operands may be ``Ref``. ``inside`` is set within a block."""

    __slots__ = ("a", "b", "c", "frame", "inside", "note", "op", "place")

    def __init__(self, op: int, a: object, b: object, c: object, place: Place, note: str = "") -> None:
        self.op = op
        self.a = a
        self.b = b
        self.c = c
        self.place = place
        self.note = note
        self.inside = False
        self.frame: FrameNode | None = None

    def __repr__(self) -> str:
        name = Pseudo(self.op).name if self.op >= 100 else Op(self.op).name
        return f"{name} {self.a} {self.b} {self.c}"


class Template(msgspec.Struct):
    """A lowered function: registers 0 .. nparams-1 are the parameters, ``result`` the return value.
    ``pointers`` hold values of pointer type, ``integers`` are stored into members of integer type."""

    name: str
    body: list[Ins]
    nparams: int
    registers: int
    result: int
    labels: int
    names: dict[int, str]
    pointers: set[int]
    integers: set[int]
    assigned_params: set[int]
    constants: dict[int, object]
    tails: set[int]
