"""Expressions to three-address code."""

from __future__ import annotations

__all__ = ["ExprLowerer"]

from lastput.c import syntax as c
from lastput.engine.program import Kind, Op
from lastput.errors import LastputError, Place
from lastput.model.builtins import error_class
from lastput.model.infer import Inference, module_symbol
from lastput.model.initialiser import flatten_initialiser
from lastput.model.layout import Layout
from lastput.model.lvalue import InMemory, InRegister, Lvalue
from lastput.model.tac import Ins, Pseudo, Ref
from lastput.model.types import Array, Field, Func, Int, Pointer, Record, Type, Void, find, pointee
from lastput.model.unparse import unparse
from lastput.model.world import Function, Variable

_ARITHMETIC = {
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


class ExprLowerer:
    """Emits code for expressions of one function; see ``lower.FunctionLowerer`` for statements."""

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

    # --- lvalues --------------------------------------------------------------------------------

    def lvalue(self, expr: c.Expr) -> Lvalue:
        """Where ``expr`` lives. Raises LastputError if it has no place."""
        match expr:
            case c.Ident():
                symbol = self.inference.symbols.get(id(expr))
                if isinstance(symbol, Variable):
                    return self.variable(symbol, expr)
            case c.Member(base=base, field=name, arrow=arrow):
                return self._member(expr, base, name, arrow)
            case c.Unary(op="*", operand=operand):
                return InMemory(self.value(operand), 0, pointee(self.type(operand)), unparse(expr))
            case c.Index(base=base, index=index):
                return self._index(expr, base, index)
            case c.Cast(operand=operand) if not isinstance(operand, c.InitList):
                return self.lvalue(operand)
            case c.Cast(operand=c.InitList() as operand):
                return self._compound_literal(expr, operand)
        raise LastputError("lvalue", f"'{unparse(expr)}' has no address here", "use a variable", expr.place)

    def variable(self, symbol: Variable, expr: c.Expr) -> Lvalue:
        if not symbol.memory:
            return InRegister(self.home(symbol), symbol.type)
        if symbol.scope == "":
            return InMemory(Ref("global", symbol.name), 0, find(symbol.type), symbol.name)
        base = self.register(Pointer(symbol.type))
        self.emit(Pseudo.STACK, base, f"{self.fn.name}\0{symbol.key}", 0, expr.place)
        return InMemory(base, 0, find(symbol.type), symbol.name)

    def _member(self, expr: c.Member, base: c.Expr, name: str, arrow: bool) -> Lvalue:
        if arrow:
            record = pointee(self.type(base))
            start: int | Ref = self.value(base)
            offset = 0
        else:
            record = find(self.type(base))
            outer = self.lvalue(base) if not isinstance(base, (c.Call, c.StatementExpr)) else None
            if not isinstance(outer, InMemory):
                raise LastputError(
                    "lvalue", "member of a value that has no address", "use a variable", expr.place
                )
            start, offset = outer.base, outer.offset
        assert isinstance(record, Record)
        field = record.lookup(name)
        assert field is not None
        inner = find(field.type)
        scalar = not isinstance(inner, (Record, Array))
        return InMemory(
            start, offset + self.layout.offset(record, name), inner, unparse(expr), field.read or not scalar
        )

    def _index(self, expr: c.Index, base: c.Expr, index: c.Expr) -> Lvalue:
        type = self.type(base)
        element = pointee(type)
        size = self.layout.size(element)
        fixed = self.world.constant(index)
        if isinstance(type, Array):
            outer = self.lvalue(base)
            assert isinstance(outer, InMemory)
            if fixed is not None:
                if not 0 <= fixed < max(type.length, 1):
                    raise LastputError("index", f"index {fixed} is outside the array", "mend it", expr.place)
                return InMemory(outer.base, outer.offset + fixed * size, element, unparse(expr))
            start = self.address_of(outer, expr.place)
            where = self.value(index)
            self._check_index(where, type.length, expr)
        else:
            start = self.value(base)
            where = self.value(index)
        return InMemory(self._scaled(start, where, size, Op.ADD, expr.place), 0, element, unparse(expr))

    def _check_index(self, index: int, length: int, expr: c.Expr) -> None:
        for op, bound in ((Op.LTI, 0), (Op.LEI, length - 1)):
            test, fine = self.register(), self.label()
            self.emit(op, test, index, bound, expr.place)
            self.emit(Op.JZ if op == Op.LTI else Op.JNZ, test, fine, 0, expr.place)
            self.emit(Op.TRAP, f"{expr.place}: index outside the array in {unparse(expr)}", 0, 0, expr.place)
            self.place_label(fine, expr.place)

    def _compound_literal(self, expr: c.Cast, operand: c.InitList) -> Lvalue:
        type = self.type(expr)
        variable = next((v for v in self.fn.locals if v.key == f"literal {id(expr)}"), None)
        if variable is None:
            variable = Variable("literal", type, expr.place, self.fn.name)
            variable.key = f"literal {id(expr)}"
            variable.memory = True
            self.fn.locals.append(variable)
        where = self.variable(variable, expr)
        assert isinstance(where, InMemory)
        self.store_initialiser(where, type, operand, expr.place)
        return where

    def address_of(self, where: Lvalue, place: Place) -> int:
        assert isinstance(where, InMemory)
        if isinstance(where.base, Ref):
            return self.constant(
                Ref(where.base.kind, where.base.name, where.base.offset + where.offset),
                place,
                Pointer(where.type),
            )
        if where.offset == 0:
            return where.base
        target = self.register(Pointer(where.type))
        self.emit(Op.ADDI, target, where.base, where.offset, place)
        return target

    def load(self, where: Lvalue, place: Place) -> int:
        if isinstance(where, InRegister):
            return where.register
        if isinstance(where.type, (Record, Array)):
            return self.address_of(where, place)
        target = self.register(where.type)
        note = f"read {where.text}"
        if isinstance(where.base, Ref):
            ref = Ref(where.base.kind, where.base.name, where.base.offset + where.offset)
            self.emit(Op.LDA, target, ref, 0, place, note)
        else:
            self.emit(Op.LD, target, where.base, where.offset, place, note)
        return target

    def store(self, where: Lvalue, value: int, place: Place, note: str = "") -> None:
        if isinstance(where, InRegister):
            self.emit(Op.MOV, where.register, value, 0, place)
            return
        if not where.read:
            value = self.constant(0, place)
        if not isinstance(find(where.type), Pointer):
            self.integers.add(value)
        note = note or f"write {where.text}"
        if isinstance(where.base, Ref):
            ref = Ref(where.base.kind, where.base.name, where.base.offset + where.offset)
            self.emit(Op.STA, ref, value, 0, place, note)
        else:
            self.emit(Op.ST, where.base, value, where.offset, place, note)

    # --- initialisers and whole structs ---------------------------------------------------------

    def store_initialiser(self, where: InMemory, type: Type, init: c.Expr, place: Place) -> None:
        """Zero the object, then store what the initialiser names."""
        if not isinstance(init, c.InitList):
            self.copy(where, init, place)
            return
        self.emit(Pseudo.BEGIN, Kind.PLAIN, 0, 0, place, f"initialise {where.text}")
        self.zero(where, place)
        for leaf in flatten_initialiser(self.world, type, init):
            inner, read = self._descend(where, leaf.path)
            if read:
                self.store(inner, self.boolean(self.value(leaf.value), leaf.type, leaf.value), place)
            else:
                self.value(leaf.value)
        self.emit(Pseudo.END, 0, 0, 0, place)

    def _descend(self, where: InMemory, path: tuple[Field | int, ...]) -> tuple[InMemory, bool]:
        type, offset, read = find(where.type), where.offset, True
        for step in path:
            if isinstance(step, int):
                assert isinstance(type, Array)
                type = find(type.element)
                offset += step * self.layout.size(type)
            else:
                assert isinstance(type, Record)
                offset += self.layout.offset(type, step.name)
                read = step.read
                type = find(step.type)
        return InMemory(where.base, offset, type, where.text), read or isinstance(type, (Record, Array))

    def zero(self, where: InMemory, place: Place) -> None:
        nil = self.constant(0, place)
        for i, cell in enumerate(self.layout.cells(where.type)):
            if cell is not None and cell.read:
                self.store(InMemory(where.base, where.offset + i, Int(), where.text), nil, place)

    def copy(self, where: InMemory, value: c.Expr, place: Place) -> None:
        """Struct assignment: one step, each member that anybody reads."""
        source = self.lvalue(value)
        if not isinstance(source, InMemory):
            raise LastputError("struct-copy", "this struct has no address", "use a variable", place)
        self.emit(Pseudo.BEGIN, Kind.PLAIN, 0, 0, place, f"{where.text} = {source.text}")
        for i, cell in enumerate(self.layout.cells(where.type)):
            if cell is not None and cell.read:
                type: Type = Pointer(Void()) if cell.pointer else Int()
                got = self.load(InMemory(source.base, source.offset + i, type, source.text), place)
                self.store(InMemory(where.base, where.offset + i, type, where.text), got, place)
        self.emit(Pseudo.END, 0, 0, 0, place)

    # --- values ---------------------------------------------------------------------------------

    def boolean(self, value: int, type: Type, expr: c.Expr) -> int:
        """``value`` as 0 or 1 if it goes to a bool."""
        goal = find(type)
        if not (isinstance(goal, Int) and goal.boolean) or self._is_truth(expr):
            return value
        target = self.register()
        self.emit(Op.NEI, target, value, 0, expr.place)
        return target

    def _is_truth(self, expr: c.Expr) -> bool:
        match expr:
            case c.Number(value=value):
                return value in (0, 1)
            case c.Binary(op=op) | c.Unary(op=op):
                return op in _TRUTH
            case c.Cast(operand=operand):
                return self._is_truth(operand) if not isinstance(operand, c.InitList) else False
        type = self.inference.types.get(id(expr))
        found = find(type) if type is not None else None
        return isinstance(found, Int) and found.boolean

    def value(self, expr: c.Expr) -> int:
        """The register that holds the value of ``expr``; an aggregate gives its address."""
        known = self.world.constant(expr)
        if known is not None and not isinstance(expr, c.Ident):
            return self.constant(known, expr.place)
        match expr:
            case c.String(value=text):
                name = text.removeprefix("/dev/")
                return self.constant(Ref("string", name), expr.place, Pointer(Int()))
            case c.Ident():
                return self._ident(expr)
            case c.Unary(op=op, operand=operand):
                return self._unary(expr, op, operand)
            case c.Binary(op=op, left=left, right=right):
                return self._binary(expr, op, left, right)
            case c.Assign():
                return self._assign(expr)
            case c.Conditional() | c.Member() | c.Index():
                if isinstance(expr, c.Conditional):
                    return self._conditional(expr)
                return self.load(self.lvalue(expr), expr.place)
            case c.Call():
                return self.call(expr)
            case c.Cast(operand=operand):
                if isinstance(operand, c.InitList):
                    return self.load(self.lvalue(expr), expr.place)
                return self.boolean(self.value(operand), self.type(expr), operand)
            case c.CommaList(items=items):
                for item in items[:-1]:
                    self.value(item)
                return self.value(items[-1])
            case c.StatementExpr(body=body):
                return self.statement_expr(body)
        raise LastputError("expression", f"'{unparse(expr)}' has no value here", "rewrite it", expr.place)

    def statement_expr(self, body: c.Block) -> int:
        raise NotImplementedError

    def _ident(self, expr: c.Ident) -> int:
        symbol = self.inference.symbols.get(id(expr))
        if isinstance(symbol, int):
            return self.constant(symbol, expr.place)
        if isinstance(symbol, Variable):
            return self.load(self.lvalue(expr), expr.place)
        if isinstance(symbol, Function):
            return self.constant(Ref("function", symbol.name), expr.place, self.type(expr))
        if expr.name == "current":
            target = self.register(Pointer(Void()))
            self.emit(Op.TASK, target, 0, 0, expr.place)
            return target
        if expr.name == "__func__":
            return self.constant(Ref("string", self.fn.name), expr.place)
        assert expr.name == "THIS_MODULE"
        if self.fn.module < 0:
            return self.constant(0, expr.place)
        module = self.world.modules[self.fn.module]
        return self.constant(Ref("global", module_symbol(module.name)), expr.place, Pointer(Void()))

    def _unary(self, expr: c.Unary, op: str, operand: c.Expr) -> int:
        place = expr.place
        if op == "&":
            if isinstance(operand, c.Ident) and isinstance(self.inference.symbols.get(id(operand)), Function):
                return self.value(operand)
            if isinstance(operand, c.Unary) and operand.op == "*":
                return self.value(operand.operand)
            return self.address_of(self.lvalue(operand), place)
        if op == "*":
            if isinstance(self.type(expr), Func):
                return self.value(operand)
            return self.load(self.lvalue(expr), place)
        if op in ("-", "~", "!", "+"):
            inner = self.value(operand)
            if op == "+":
                return inner
            target = self.register()
            self.emit({"-": Op.NEG, "~": Op.INV, "!": Op.NOT}[op], target, inner, 0, place)
            return target
        where = self.lvalue(operand)
        old = self.load(where, place)
        if isinstance(where, InRegister) and op.startswith("x"):
            kept = self.register(where.type)
            self.emit(Op.MOV, kept, old, 0, place)
            old = kept
        type = self.type(operand)
        by = self.layout.size(pointee(type)) if isinstance(type, Pointer) else 1
        new = self.register(type)
        self.emit(Op.ADDI, new, old, by if "++" in op else -by, place)
        self.store(where, new, place, unparse(expr))
        return old if op.startswith("x") else new

    def _scaled(self, base: int, index: int, size: int, op: Op, place: Place) -> int:
        if size != 1:
            factor, scaled = self.constant(size, place), self.register()
            self.emit(Op.MUL, scaled, index, factor, place)
            index = scaled
        target = self.register(Pointer(Void()))
        self.emit(op, target, base, index, place)
        return target

    def _binary(self, expr: c.Binary, op: str, left: c.Expr, right: c.Expr) -> int:
        place = expr.place
        if op in ("&&", "||"):
            return self._truth_value(expr)
        a = self.value(left)
        types = (self.type(left), self.type(right))
        if op in ("+", "-") and any(isinstance(t, (Pointer, Array)) for t in types):
            return self._pointer_arithmetic(op, a, self.value(right), types, place)
        if op in (">", ">="):
            b = self.value(right)
            a, b, op = b, a, "<" if op == ">" else "<="
            return self._emit_binary(_ARITHMETIC[op], a, b, place)
        known = self.world.constant(right)
        opcode = _ARITHMETIC.get(op)
        if opcode is None:
            raise LastputError("operator", f"operator '{op}' is not modelled", "rewrite it", place)
        if known is not None and op == "-":
            opcode, known = Op.ADD, -known
        if known is not None and opcode in _IMMEDIATE:
            target = self.register()
            self.emit(_IMMEDIATE[opcode], target, a, known, place)
            return target
        return self._emit_binary(opcode, a, self.value(right), place)

    def _emit_binary(self, op: Op, a: int, b: int, place: Place) -> int:
        target = self.register()
        self.emit(op, target, a, b, place)
        return target

    def _pointer_arithmetic(self, op: str, a: int, b: int, types: tuple[Type, Type], place: Place) -> int:
        left, right = types
        if op == "-" and isinstance(left, (Pointer, Array)) and isinstance(right, (Pointer, Array)):
            size = self.layout.size(pointee(left))
            distance = self._emit_binary(Op.SUB, a, b, place)
            return (
                distance
                if size == 1
                else self._emit_binary(Op.DIV, distance, self.constant(size, place), place)
            )
        if isinstance(right, (Pointer, Array)):
            a, b, left = b, a, right
        target = pointee(left)
        size = 1 if isinstance(target, Void) else self.layout.size(target)
        return self._scaled(a, b, size, Op.ADD if op == "+" else Op.SUB, place)

    def _assign(self, expr: c.Assign) -> int:
        place, goal = expr.place, self.type(expr.target)
        if isinstance(goal, Record) and expr.op == "=":
            where = self.lvalue(expr.target)
            assert isinstance(where, InMemory)
            if isinstance(expr.value, c.Cast) and isinstance(expr.value.operand, c.InitList):
                self.store_initialiser(where, goal, expr.value.operand, place)
            else:
                self.copy(where, expr.value, place)
            return self.address_of(where, place)
        if expr.op == "=":
            value = self.boolean(self.value(expr.value), goal, expr.value)
            where = self.lvalue(expr.target)
            self.store(where, value, place, unparse(expr))
            return value
        where = self.lvalue(expr.target)
        old = self.load(where, place)
        right = self.value(expr.value)
        op = expr.op[:-1]
        if isinstance(goal, Pointer):
            new = self._pointer_arithmetic(op, old, right, (goal, Int()), place)
        else:
            new = self._emit_binary(_ARITHMETIC[op], old, right, place)
        if isinstance(goal, Int) and goal.boolean:
            truth = self.register()
            self.emit(Op.NEI, truth, new, 0, place)
            new = truth
        self.store(where, new, place, unparse(expr))
        return new

    def _truth_value(self, expr: c.Expr) -> int:
        result, yes, no, end = self.register(), self.label(), self.label(), self.label()
        self.condition(expr, yes, no)
        self.place_label(yes, expr.place)
        self.emit(Op.CONST, result, 1, 0, expr.place)
        self.emit(Op.JMP, end, 0, 0, expr.place)
        self.place_label(no, expr.place)
        self.emit(Op.CONST, result, 0, 0, expr.place)
        self.place_label(end, expr.place)
        return result

    def condition(self, expr: c.Expr, yes: int, no: int) -> None:
        """Jump to ``yes`` or ``no``; what a constant decides is not emitted."""
        known = self.world.constant(expr)
        if known is not None:
            self.emit(Op.JMP, yes if known else no, 0, 0, expr.place)
            return
        match expr:
            case c.Binary(op=op, left=left, right=right) if op in ("&&", "||"):
                middle = self.label()
                self.condition(left, middle if op == "&&" else yes, no if op == "&&" else middle)
                self.place_label(middle, expr.place)
                first = self.world.constant(left)
                if first is None or bool(first) == (op == "&&"):
                    self.condition(right, yes, no)
            case c.Unary(op="!", operand=operand):
                self.condition(operand, no, yes)
            case c.Call(function=c.Ident(name="__builtin_expect"), args=(first, *_)):
                self.condition(first, yes, no)
            case _:
                self.emit(Op.JZ, self.value(expr), no, 0, expr.place)
                self.emit(Op.JMP, yes, 0, 0, expr.place)

    def _conditional(self, expr: c.Conditional) -> int:
        place = expr.place
        chosen = self.world.constant(expr.cond)
        if chosen is not None:
            then = expr.cond if expr.then is None else expr.then
            return self.value(then if chosen else expr.other)
        result = self.register(self.type(expr))
        yes, no, end = self.label(), self.label(), self.label()
        if expr.then is None:
            value = self.value(expr.cond)
            self.emit(Op.MOV, result, value, 0, place)
            self.emit(Op.JNZ, value, end, 0, place)
        else:
            self.condition(expr.cond, yes, no)
            self.place_label(yes, place)
            self.emit(Op.MOV, result, self.value(expr.then), 0, place)
            self.emit(Op.JMP, end, 0, 0, place)
        self.place_label(no, place)
        self.emit(Op.MOV, result, self.value(expr.other), 0, place)
        self.place_label(end, place)
        return result

    # --- calls ----------------------------------------------------------------------------------

    def call(self, call: c.Call) -> int:
        callee = call.function
        if isinstance(callee, c.Ident) and id(callee) not in self.inference.types:
            name = callee.name
            if name in self.inference.reached:
                return self._call_function(call, name)
            if name in self.inference.assumed:
                for arg in call.args:
                    self.value(arg)
                return self.constant(0, call.place)
            return self._builtin(call, name)
        target = self.value(callee)
        result = self.register(self.type(call))
        candidates = pointee(self.type(callee))
        args = self._arguments(call, candidates)
        self.emit(Pseudo.ICALL, result, target, (args, candidates), call.place, unparse(call))
        return result

    def _arguments(self, call: c.Call, type: Type) -> tuple[int, ...]:
        params = type.params if isinstance(type, Func) else []
        values: list[int] = []
        for i, arg in enumerate(call.args):
            value = self.value(arg)
            values.append(self.boolean(value, params[i], arg) if i < len(params) else value)
        return tuple(values)

    def _call_function(self, call: c.Call, name: str) -> int:
        type = self.world.functions[name].type
        args = self._arguments(call, type)
        returns = find(type.result)
        result = -1 if isinstance(returns, Void) else self.register(returns)
        self.emit(Pseudo.CALL, result, name, args, call.place, ", ".join(unparse(a) for a in call.args))
        return result if result >= 0 else 0

    def _builtin(self, call: c.Call, name: str) -> int:
        place, args = call.place, call.args
        if name in ("wait_until", "wait_idle"):
            self.emit(Pseudo.BEGIN, Kind.SYNC, 0, 0, place, unparse(call))
            value = self.value(args[0])
            self.emit(Op.WAIT, value, int(name == "wait_idle"), 0, place, unparse(args[0]))
            self.emit(Pseudo.END, 0, 0, 0, place)
            return value
        if name == "choose":
            count = self.world.constant(args[0])
            if count is None or count < 1:
                raise LastputError(
                    "choose", "choose() needs a constant of at least 1", "write a number", place
                )
            target = self.register()
            self.emit(Op.CHOOSE, target, count, 0, place, unparse(call))
            return target
        if name in ("pick", "pick_idle"):
            record = find(self.inference.named_types[id(call)])
            target = self.register(Pointer(record))
            where = Ref("type", unparse(args[0]), self.type_id(record))
            offset = self.member_offset(record, args[1])
            self.emit(Op.PICK, target, where, offset, place, unparse(call))
            self.code[-1].note += " idle" if name == "pick_idle" else ""
            return target
        if name == "__offsetof":
            record = find(self.inference.named_types[id(call)])
            return self.constant(self.member_offset(record, args[1], contained=True), place)
        if name == "__alloc":
            target = self.register(self.type(call))
            pool = Ref("pool", self.pool_of(pointee(self.type(call)), place))
            self.emit(Op.ALLOC, target, pool, 0, place, "allocate")
            return target
        if name == "__free":
            self.emit(Op.FREE, self.value(args[0]), 0, 0, place, unparse(args[0]))
            return 0
        if name in ("fail", "warn"):
            where_ = self.value(args[1])
            message = args[2]
            assert isinstance(message, c.String)
            op = Op.FAIL if name == "fail" else Op.WARN
            self.emit(op, int(error_class(call)), where_, message.value, place, message.value)
            return 0
        if name == "spawn":
            function, arg = self.value(args[0]), self.value(args[1])
            target = self.register(Pointer(Void()))
            candidates = pointee(self.type(args[0]))
            self.emit(Pseudo.SPAWN, target, function, (arg, candidates), place, unparse(call))
            return target
        if name == "exit_thread":
            self.emit(Pseudo.EXIT, 0, 0, 0, place)
            return 0
        if name == "__live":
            return self._live(call)
        if name == "memset":
            return self._memset(call)
        if name == "__builtin_expect":
            return self.value(args[0])
        return self.constant(0, place)

    def contained(self, member: Type, offset: int) -> None:
        raise NotImplementedError

    def member_offset(self, record: Type, path: c.Expr, contained: bool = False) -> int:
        steps: list[c.Expr] = [path]
        while isinstance(steps[-1], (c.Member, c.Index)):
            steps.append(steps[-1].base)
        offset, type = 0, find(record)
        for step in reversed(steps):
            if isinstance(step, c.Index):
                type = pointee(type)
                offset += (self.world.constant(step.index) or 0) * self.layout.size(type)
                continue
            name = (
                step.field if isinstance(step, c.Member) else step.name if isinstance(step, c.Ident) else ""
            )
            assert isinstance(type, Record)
            field = type.lookup(name)
            assert field is not None
            offset += self.layout.offset(type, name)
            type = find(field.type)
        if contained:
            self.contained(type, offset)
        return offset

    def type_id(self, record: Type) -> int:
        raise NotImplementedError

    def pool_of(self, record: Type, place: Place) -> str:
        raise NotImplementedError

    def _live(self, call: c.Call) -> int:
        """Is the object one of the live instances of its type?"""
        place = call.place
        pointer = self.value(call.args[0])
        record = pointee(self.type(call.args[0]))
        at, result, same = self.constant(0, place), self.constant(0, place), self.register()
        again, end = self.label(), self.label()
        self.emit(Pseudo.BEGIN, Kind.SYNC, 0, 0, place, unparse(call))
        self.place_label(again, place)
        self.emit(Op.INST, at, Ref("type", "", self.type_id(record)), at, place)
        self.emit(Op.JZ, at, end, 0, place)
        self.emit(Op.EQ, same, at, pointer, place)
        self.emit(Op.JZ, same, again, 0, place)
        self.emit(Op.CONST, result, 1, 0, place)
        self.place_label(end, place)
        self.emit(Pseudo.END, 0, 0, 0, place)
        return result

    def _memset(self, call: c.Call) -> int:
        if self.world.constant(call.args[1]) != 0:
            raise LastputError("memset", "only memset() to 0 is modelled", "assign the members", call.place)
        type = self.type(call.args[0])
        target = type if isinstance(type, Array) else pointee(type)
        pointer = self.value(call.args[0])
        self.emit(Pseudo.BEGIN, Kind.PLAIN, 0, 0, call.place, unparse(call))
        self.zero(InMemory(pointer, 0, target, unparse(call.args[0])), call.place)
        self.emit(Pseudo.END, 0, 0, 0, call.place)
        return pointer
