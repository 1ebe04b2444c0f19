"""What all lowering shares: instructions, registers, labels, and the types that were inferred."""

from __future__ import annotations

__all__ = ["Emitter"]

from lastput.c import syntax as c
from lastput.engine.program import Op
from lastput.errors import Place
from lastput.model.inference import Inference
from lastput.model.layout import Layout
from lastput.model.tac import Ins, Pseudo
from lastput.model.types import Pointer, Type, find
from lastput.model.world import Function, Variable


class Emitter:
    """The code of one function as it grows. Its subclasses lower memory accesses, arithmetic, calls,
    expressions and statements, each building on those before; what they ask of later ones is declared
    here."""

    def __init__(self, function: Function, inference: Inference, layout: Layout) -> None:
        self.fn = function
        self.inference = inference
        self.world = inference.world
        self.layout = layout
        self.code: list[Ins] = []
        self.registers = 0
        self.labels = 0
        self.names: dict[int, str] = {}
        self.pointers: set[int] = set()
        self.integers: set[int] = set()
        self.homes: dict[int, int] = {}

    def value(self, expr: c.Expr) -> int:
        """The register that holds the value of ``expr``; an aggregate gives its address."""
        raise NotImplementedError

    def converted(self, value: int, expr: c.Expr, goal: Type) -> int:
        """``value``, which is that of ``expr``, converted to the type ``goal``."""
        raise NotImplementedError

    # --- emission -------------------------------------------------------------------------------

    def emit(self, op: int, a: object, b: object, c: object, place: Place, note: str = "") -> None:
        self.code.append(Ins(op, a, b, c, place, note))

    def register(self, type: Type | None = None) -> int:
        self.registers += 1
        if type is not None and isinstance(find(type), Pointer):
            self.pointers.add(self.registers - 1)
        return self.registers - 1

    def label(self) -> int:
        self.labels += 1
        return self.labels - 1

    def place_label(self, label: int, place: Place) -> None:
        self.emit(Pseudo.LABEL, label, 0, 0, place)

    def constant(self, value: object, place: Place, type: Type | None = None) -> int:
        target = self.register(type)
        self.emit(Op.CONST, target, value, 0, place)
        return target

    def home(self, variable: Variable) -> int:
        """The register of a local."""
        if id(variable) not in self.homes:
            self.homes[id(variable)] = self.register(variable.type)
            self.names[self.homes[id(variable)]] = variable.name
        return self.homes[id(variable)]

    def type(self, expr: c.Expr) -> Type:
        return find(self.inference.types[id(expr)])
