"""Arithmetic on integers of every width, and on pointers."""

from __future__ import annotations

__all__ = ["ArithmeticLowerer"]

from lastput.c import syntax as c
from lastput.engine.program import Op
from lastput.errors import LastputError, Place
from lastput.model.constant import evaluate
from lastput.model.integers import LOWEST, common, is_subset, mask, narrow, promote
from lastput.model.lower_memory import MemoryLowerer
from lastput.model.lvalue import InRegister
from lastput.model.types import Array, Func, Int, Pointer, Record, Type, Void, find, pointee
from lastput.model.unparse import unparse

_OPS = {
    "+": Op.ADD,
    "-": Op.SUB,
    "*": Op.MUL,
    "/": Op.DIV,
    "%": Op.MOD,
    "&": Op.AND,
    "|": Op.OR,
    "^": Op.XOR,
    "<<": Op.SHL,
    ">>": Op.SHR,
    "==": Op.EQ,
    "!=": Op.NE,
    "<": Op.LT,
    "<=": Op.LE,
}
_IMMEDIATE = {Op.ADD: Op.ADDI, Op.EQ: Op.EQI, Op.NE: Op.NEI, Op.LT: Op.LTI, Op.LE: Op.LEI, Op.AND: Op.ANDI}
_TRUTH = {"==", "!=", "<", "<=", ">", ">=", "&&", "||", "!"}
_SHIFTS = ("<<", ">>")
_GROWING = ("+", "-", "*", "<<")  # what may leave an unsigned type
_MIRRORED = {">": "<", ">=": "<="}


class ArithmeticLowerer(MemoryLowerer):
    # --- conversions ----------------------------------------------------------------------------

    def known(self, expr: c.Expr) -> int | None:
        """The value of a constant; a name may be that of a local that hides an enumerator."""
        return None if isinstance(expr, c.Ident) else self.world.constant(expr)

    def source_type(self, expr: c.Expr) -> Type:
        """The type of ``expr``, also of a constant that inference had no need to look at."""
        known = self.inference.types.get(id(expr))
        if known is not None:
            return find(known)
        constant = evaluate(self.world, expr)
        return Int() if constant is None else constant[1]

    def converted(self, value: int, expr: c.Expr, goal: Type) -> int:
        type = find(goal)
        if not isinstance(type, Int):
            return value
        if type.boolean:
            return value if self._is_truth(expr) else self.truth_of(value, expr.place)
        source = self.source_type(expr)
        known = self.known(expr)
        if known is not None:
            fitting = narrow(known, type)
            return value if fitting == known else self.constant(fitting, expr.place)
        return self.truncated(value, source, type, expr.place)

    def truth_of(self, value: int, place: Place) -> int:
        target = self.register()
        self.emit(Op.NEI, target, value, 0, place)
        return target

    def truncated(self, value: int, source: Type, goal: Int, place: Place) -> int:
        """A register of type ``source`` as one of type ``goal``."""
        if goal.boolean:
            return self.truth_of(value, place)
        if is_subset(source, goal):
            return value
        low = self.register()
        self.emit(Op.ANDI, low, value, mask(goal), place)
        if not goal.signed:
            return low
        sign = 1 << goal.bits - 1
        flipped, result = self._emit(Op.XOR, low, self.constant(sign, place), place), self.register()
        self.emit(Op.ADDI, result, flipped, -sign, place)
        return result

    def _is_truth(self, expr: c.Expr) -> bool:
        match expr:
            case c.Number(value=value):
                return value in (0, 1)
            case c.Binary(op=op) | c.Unary(op=op):
                return op in _TRUTH
            case c.Cast(operand=operand):
                return self._is_truth(operand) if not isinstance(operand, c.InitList) else False
        source = self.source_type(expr)
        return isinstance(source, Int) and source.boolean

    # --- operators ------------------------------------------------------------------------------

    def negation(self, expr: c.Unary, operand: c.Expr) -> int:
        """``-x``, ``~x``, ``!x`` and ``+x``."""
        if expr.op == "!":
            target = self.register()
            self.emit(Op.NOT, target, self.value(operand), 0, expr.place)
            return target
        source = self.source_type(operand)
        inner = self.value(operand)
        if expr.op == "+":
            return inner
        goal = promote(source)
        target = self.register()
        self.emit(Op.NEG if expr.op == "-" else Op.INV, target, inner, 0, expr.place)
        return target if goal.signed else self.truncated(target, Int(), goal, expr.place)

    def increment(self, expr: c.Unary, operand: c.Expr) -> int:
        """``++x``, ``x++`` and their kin."""
        place = expr.place
        where = self.lvalue(operand)
        old = self.load(where, place)
        if isinstance(where, InRegister) and expr.op.startswith("x"):
            kept = self.register(where.type)
            self.emit(Op.MOV, kept, old, 0, place)
            old = kept
        type = self.type(operand)
        by = self.layout.size(pointee(type)) if isinstance(type, Pointer) else 1
        new = self.register(type)
        self.emit(Op.ADDI, new, old, by if "++" in expr.op else -by, place)
        if isinstance(type, Int) and not (type.signed and type.bits >= 32):
            new = self.truncated(new, Int(), type, place)
        self.store(where, new, place, unparse(expr))
        return old if expr.op.startswith("x") else new

    def arithmetic(self, expr: c.Binary) -> int:
        """Every binary operator but ``&&`` and ``||``."""
        op, left, right, place = expr.op, expr.left, expr.right, expr.place
        types = (self.source_type(left), self.source_type(right))
        if op in ("+", "-") and any(isinstance(t, (Pointer, Array)) for t in types):
            return self.pointer_arithmetic(op, self.value(left), self.value(right), types, place)
        goal = _goal(op, types)
        a = self._operand(left, goal)
        if op in _MIRRORED:
            b = self._operand(right, goal)
            return self._operate(_MIRRORED[op], b, a, goal, (self._small(right), self._small(left)), place)
        if op not in _OPS:
            raise LastputError("operator", f"operator '{op}' is not modelled", "rewrite it", place)
        small = (self._small(left), self._small(right))
        known = self.known(right)
        if known is None:
            amount = goal if op not in _SHIFTS else None
            return self._operate(op, a, self._operand(right, amount), goal, small, place)
        if goal is not None and op not in _SHIFTS:
            known = narrow(known, goal)
        return self._operate(op, a, None, goal, small, place, known)

    def assigned(self, expr: c.Assign, old: int) -> int:
        """The new value of ``x op= value``, whose old one is ``old``."""
        op, place = expr.op[:-1], expr.place
        target = self.type(expr.target)
        if isinstance(target, Pointer):
            return self.pointer_arithmetic(op, old, self.value(expr.value), (target, Int()), place)
        goal = _goal(op, (target, self.source_type(expr.value)))
        right = self._operand(expr.value, None if op in _SHIFTS else goal)
        left = old if goal is None else self.truncated(old, target, goal, place)
        small = (_is_small(target), self._small(expr.value))
        new = self._operate(op, left, right, goal, small, place)
        return self.truncated(new, goal or Int(), target, place) if isinstance(target, Int) else new

    def _operand(self, expr: c.Expr, goal: Int | None) -> int:
        value = self.value(expr)
        return value if goal is None else self.converted(value, expr, goal)

    def _small(self, expr: c.Expr) -> bool:
        """Whether the value is known to be below 2**63 as an unsigned number."""
        known = self.known(expr)
        return known >= 0 if known is not None else _is_small(self.source_type(expr))

    def _operate(
        self,
        op: str,
        a: int,
        b: int | None,
        goal: Int | None,
        small: tuple[bool, bool],
        place: Place,
        known: int = 0,
    ) -> int:
        """``a op b`` in the type ``goal`` (None: no conversion); ``b`` None stands for ``known``."""
        wide = goal is not None and goal.bits == 64 and not goal.signed
        if wide and op in ("<", "<=") and not all(small):
            a = self._flipped(a, place)
            known = narrow(known ^ LOWEST, Int())
            b = None if b is None else self._flipped(b, place)
        elif wide and op == ">>" and not small[0] and b is None and 0 < known < 64:
            result = self.register()
            shifted = self._emit(Op.SHR, a, self.constant(known, place), place)
            self.emit(Op.ANDI, result, shifted, (1 << 64 - known) - 1, place)
            return result
        elif wide and op in ("/", "%", ">>"):
            self._refuse_huge(a, small[0], place)
            if b is not None and op != ">>":
                self._refuse_huge(b, small[1], place)
        code = _OPS[op]
        if b is None and op == "-" and known != LOWEST:
            code, known = Op.ADD, -known
        if b is None and code in _IMMEDIATE:
            result = self.register()
            self.emit(_IMMEDIATE[code], result, a, known, place)
        else:
            result = self._emit(code, a, self.constant(known, place) if b is None else b, place)
        if goal is None or op not in _GROWING or goal.bits == 64 or (goal.signed and op != "<<"):
            return result
        return self.truncated(result, Int(), goal, place)

    def _flipped(self, value: int, place: Place) -> int:
        """Unsigned order as signed order."""
        return self._emit(Op.XOR, value, self.constant(LOWEST, place), place)

    def _refuse_huge(self, value: int, small: bool, place: Place) -> None:
        if not small:
            test, fine = self.register(), self.label()
            self.emit(Op.LTI, test, value, 0, place)
            self.emit(Op.JZ, test, fine, 0, place)
            text = f"{place}: an unsigned value of 2**63 or more is divided or shifted"
            self.emit(Op.TRAP, text, 0, 0, place)
            self.place_label(fine, place)

    def _emit(self, op: Op, a: int, b: int, place: Place) -> int:
        target = self.register()
        self.emit(op, target, a, b, place)
        return target

    # --- pointers -------------------------------------------------------------------------------

    def pointer_arithmetic(self, op: str, a: int, b: int, types: tuple[Type, Type], place: Place) -> int:
        left, right = types
        if op == "-" and isinstance(left, (Pointer, Array)) and isinstance(right, (Pointer, Array)):
            size = self.layout.size(pointee(left))
            distance = self._emit(Op.SUB, a, b, place)
            return distance if size == 1 else self._emit(Op.DIV, distance, self.constant(size, place), place)
        if isinstance(right, (Pointer, Array)):
            a, b, left = b, a, right
        if op not in ("+", "-"):
            raise LastputError("operator", f"operator '{op}' on a pointer", "cast it to a number", place)
        target = pointee(left)
        size = 1 if isinstance(target, Void) else self.layout.size(target)
        return self.scaled(a, b, size, Op.ADD if op == "+" else Op.SUB, place)


def _goal(op: str, types: tuple[Type, Type]) -> Int | None:
    """The type to compute in; None where an operand is no number."""
    if any(isinstance(t, (Pointer, Array, Func, Record)) for t in types):
        return None
    return promote(types[0]) if op in _SHIFTS else common(*types)


def _is_small(type: Type) -> bool:
    return isinstance(type, Int) and not type.signed and type.bits < 64
