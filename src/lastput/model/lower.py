"""Functions to three-address code: statements, and the template that is later inlined."""

from __future__ import annotations

__all__ = ["FunctionLowerer", "lower_function"]

from collections.abc import Callable

from lastput.c import syntax as c
from lastput.engine.program import ErrorClass, Kind, Op
from lastput.errors import LastputError, Place
from lastput.model.armed import armed_offsets
from lastput.model.inference import Inference
from lastput.model.integers import narrow, promote
from lastput.model.layout import Layout
from lastput.model.lower_expr import ExprLowerer
from lastput.model.lvalue import InMemory, InRegister
from lastput.model.regions import has_label, label_regions
from lastput.model.tac import Ins, Pseudo, Ref, Template
from lastput.model.types import Array, Pointer, Record, Type, Void, find
from lastput.model.world import Function, Variable

_BLOCKS = {"atomic": Kind.SYNC, "plain": Kind.PLAIN, "acquire": Kind.ACQUIRE, "release": Kind.RELEASE}
_DEFINES_A = {
    Op.CONST,
    Op.MOV,
    Op.LDR,
    Op.LD,
    Op.LDA,
    *range(Op.ADD, Op.NOT + 1),
    Op.CHOOSE,
    Op.PICK,
    Op.INST,
    Op.ALLOC,
    Op.TASK,
    Pseudo.CALL,
    Pseudo.ICALL,
    Pseudo.SPAWN,
    Pseudo.STACK,
}


class Registry:
    """Gives out the ids of enumerated types and resolves pools, over all functions of a program."""

    def __init__(self) -> None:
        self.types: list[Type] = []
        self.containers: dict[tuple[int, int], tuple[Type, int]] = {}

    def contained(self, member: Type, offset: int) -> None:
        """Somebody goes from a member of this type to the record it lies in, ``offset`` before it."""
        member = find(member)
        self.containers[id(member), offset] = (member, offset)

    def type_id(self, record: Type) -> int:
        record = find(record)
        for i, known in enumerate(self.types):
            if find(known) is record:
                return i
        self.types.append(record)
        return len(self.types) - 1


def lower_function(function: Function, inference: Inference, layout: Layout, registry: Registry) -> Template:
    """The template of one function. Raises LastputError for what is outside the subset."""
    return FunctionLowerer(function, inference, layout, registry).template()


class FunctionLowerer(ExprLowerer):
    def __init__(self, function: Function, inference: Inference, layout: Layout, registry: Registry) -> None:
        super().__init__(function, inference, layout)
        self.registry = registry
        # The label to jump to, and how many of ``open`` stay in scope there.
        self.breaks: list[tuple[int, int]] = []
        self.continues: list[tuple[int, int]] = []
        self.cases: list[tuple[dict[int, int], int]] = []
        self.gotos: dict[str, int] = {}
        self.open: list[c.Declaration] = []  # variables with a cleanup that are in scope
        self.regions = label_regions(function.definition.body)
        self.result = -1
        self.end = self.label()
        self.in_block = False

    def type_id(self, record: Type) -> int:
        return self.registry.type_id(record)

    def contained(self, member: Type, offset: int) -> None:
        self.registry.contained(member, offset)

    def pool_of(self, record: Type, place: Place) -> str:
        return self.inference.allocated_record(record, place).tag

    def template(self) -> Template:
        fn = self.fn
        for param in fn.params:
            self.registers += 1
            self.names[self.registers - 1] = param.name
            if not param.memory:
                self.homes[id(param)] = self.registers - 1
        for i, param in enumerate(fn.params):
            type = find(param.type)
            if isinstance(type, Pointer):
                self.pointers.add(i)
        returns = find(fn.type.result)
        if isinstance(returns, Record) and not fn.any:
            raise LastputError(
                "struct-return",
                f"{fn.name}() returns a struct",
                "write a stub that takes a pointer to the result",
                fn.place,
            )
        self.result = self.register(returns)
        opens = len(self.code)
        for i, param in enumerate(fn.params):
            if param.memory:
                where = self.variable(param, c.Ident(place=param.place, name=param.name))
                type = find(param.type)
                if isinstance(where, InMemory) and isinstance(type, Record):
                    self.copy_from(where, InMemory(i, 0, type, param.name), param.place)
                else:
                    self.store(where, i, param.place)
        self.statement(fn.definition.body)
        if fn.aggregate_locals:  # compound literals are among them, that were met in the body
            self.code.insert(opens, Ins(Pseudo.OPEN, fn.name, 0, 0, fn.place, ""))
        end = fn.definition.end
        self.place_label(self.end, end)
        if fn.aggregate_locals:
            self._end_frame(end)
        return self._finish(isinstance(returns, Void))

    def _end_frame(self, place: Place) -> None:
        """The locals that have an address go. What is armed in them is reported, as debug objects do."""
        armed = [
            (variable, offset)
            for variable in self.fn.aggregate_locals
            for offset in armed_offsets(self.layout, variable.type)
        ]
        if armed:
            self.emit(Pseudo.BEGIN, Kind.PLAIN, 0, 0, place)
        for variable, offset in armed:
            where = self.variable(variable, c.Ident(place=place, name=variable.name))
            assert isinstance(where, InMemory)
            item = self.address_of(where, place)
            pending, calm = self.register(), self.label()
            self.emit(Op.LD, pending, item, offset, place)
            self.emit(Op.JZ, pending, calm, 0, place)
            what = f"ODEBUG: {self.fn.name}() returns while '{variable.name}' on its stack is armed"
            self.emit(Op.FAIL, int(ErrorClass.USE_AFTER_FREE), item, what, place)
            self.place_label(calm, place)
        self.emit(Pseudo.CLEAR, self.fn.name, 0, 0, place)
        if armed:
            self.emit(Pseudo.END, 0, 0, 0, place)

    def _finish(self, void: bool) -> Template:
        definitions: dict[int, list[Ins]] = {}
        for ins in self.code:
            if ins.op in _DEFINES_A and isinstance(ins.a, int):
                definitions.setdefault(ins.a, []).append(ins)
        nparams = len(self.fn.params)
        constants = {
            r: found[0].b
            for r, found in definitions.items()
            if len(found) == 1 and found[0].op == Op.CONST and r >= nparams
        }
        tails = set() if self.fn.aggregate_locals else self._tails()
        return Template(
            name=self.fn.name,
            body=self.code,
            nparams=nparams,
            registers=self.registers,
            result=-1 if void else self.result,
            labels=self.labels,
            names=self.names,
            pointers=self.pointers,
            integers=self.integers,
            assigned_params={r for r in range(nparams) if r in definitions},
            constants=constants,
            tails=tails,
        )

    def _tails(self) -> set[int]:
        """Indices of calls after which the function does nothing but return their result."""
        where = {ins.a: i for i, ins in enumerate(self.code) if ins.op == Pseudo.LABEL}
        return {
            i
            for i, ins in enumerate(self.code)
            if ins.op in (Pseudo.CALL, Pseudo.ICALL) and self._returns_at_once(i + 1, ins.a, where)
        }

    def _returns_at_once(self, at: int, result: object, where: dict[object, int]) -> bool:
        for _ in range(len(self.code)):
            if at >= len(self.code):
                return True
            ins = self.code[at]
            if ins.op == Op.JMP:
                at = where[ins.a]
            elif ins.op == Pseudo.LABEL or (ins.op == Op.MOV and ins.a == self.result and ins.b == result):
                at += 1
            else:
                return False
        return False

    # --- statements -----------------------------------------------------------------------------

    def statement(self, stmt: c.Stmt) -> None:
        place = stmt.place
        match stmt:
            case c.Block(body=statements):
                depth = len(self.open)
                for inner in statements:
                    self.statement(inner)
                self._close(depth)
            case c.AtomicBlock(kind=kind, body=body):
                self.emit(Pseudo.BEGIN, _BLOCKS[kind], 0, 0, place)
                self.statement(body)
                self.emit(Pseudo.END, 0, 0, 0, place)
            case c.ExprStmt(expr=expr):
                if expr is not None:
                    self.effect(expr)
            case c.DeclarationStmt(declarations=declarations):
                for declaration in declarations:
                    self._declaration(declaration)
            case c.If():
                self._if(stmt)
            case c.While(cond=cond, body=body):
                top = self.label()
                self._loop(place, top, top, lambda: self.statement(body), cond)
            case c.DoWhile(cond=cond, body=body):
                self._do_while(place, cond, body)
            case c.For(init=init, cond=cond, step=step, body=body):
                depth = len(self.open)
                if init is not None:
                    self.statement(init)
                self._for(place, cond, step, body)
                self._close(depth)
            case c.ForEachInstance():
                self._for_each_instance(stmt)
            case c.Switch(value=value, body=body):
                self._switch(place, value, body)
            case c.Case():
                self._case(stmt)
            case c.Label(name=name):
                self.place_label(self._goto_label(name), place)
            case c.Goto(label=name):
                self._goto(name, place)
            case c.Break():
                self._leave(self.breaks, "break", place)
            case c.Continue():
                self._leave(self.continues, "continue", place)
            case c.Return(value=value):
                if value is not None:
                    got = self.converted(self.value(value), value, self.fn.type.result)
                    self.emit(Op.MOV, self.result, got, 0, place)
                self._clean(0)
                self.emit(Op.JMP, self.end, 0, 0, place)
            case _:
                raise LastputError("statement", "this statement is outside the subset", "rewrite it", place)

    def effect(self, expr: c.Expr) -> None:
        """An expression statement: a value that nobody wants is not loaded."""
        while isinstance(expr, c.Cast) and not isinstance(expr.operand, c.InitList):
            expr = expr.operand
        if isinstance(expr, (c.Ident, c.Number)):
            return
        self.value(expr)

    # --- jumps, and what runs when a scope is left ------------------------------------------------

    def _close(self, depth: int) -> None:
        """The end of a block: the cleanups of what it declared, last first."""
        self._clean(depth)
        del self.open[depth:]

    def _clean(self, depth: int) -> None:
        for declaration in reversed(self.open[depth:]):
            self.effect(self.inference.cleanups[id(declaration)])

    def _leave(self, targets: list[tuple[int, int]], word: str, place: Place) -> None:
        if not targets:
            raise LastputError("jump", f"{word} stands outside of any loop", "remove it", place)
        label, depth = targets[-1]
        self._clean(depth)
        self.emit(Op.JMP, label, 0, 0, place)

    def _goto(self, name: str, place: Place) -> None:
        if name not in self.regions:
            raise LastputError("label", f"there is no label '{name}' in {self.fn.name}()", "add it", place)
        inside, here = self.regions[name], tuple(id(one) for one in self.open)
        shared = len(inside)
        if here[:shared] != inside:
            raise LastputError(
                "jump", f"goto {name} passes over a variable with a cleanup", "declare it in a block", place
            )
        self._clean(shared)
        self.emit(Op.JMP, self._goto_label(name), 0, 0, place)

    def _case(self, stmt: c.Case) -> None:
        if not self.cases or id(stmt) not in self.cases[-1][0]:
            raise LastputError("jump", "case stands outside of any switch", "remove it", stmt.place)
        labels, depth = self.cases[-1]
        if len(self.open) != depth:
            raise LastputError(
                "jump", "this case is within the scope of a cleanup", "give it a block", stmt.place
            )
        self.place_label(labels[id(stmt)], stmt.place)

    def _goto_label(self, name: str) -> int:
        if name not in self.gotos:
            self.gotos[name] = self.label()
        return self.gotos[name]

    def _declaration(self, declaration: c.Declaration) -> None:
        variable = self.inference.declared.get(id(declaration))
        if variable is None:
            return
        if declaration.cleanup:
            self._initialise(declaration, variable)
            self.open.append(declaration)
        elif declaration.init is not None:
            self._initialise(declaration, variable)

    def _initialise(self, declaration: c.Declaration, variable: Variable) -> None:
        if declaration.init is None:
            raise LastputError(
                "cleanup",
                f"'{variable.name}' has a cleanup, and no value to begin with",
                "initialise it, with NULL perhaps",
                declaration.place,
            )
        where = self.variable(variable, c.Ident(place=declaration.place, name=variable.name))
        if isinstance(where, InRegister):
            value = self.converted(self.value(declaration.init), declaration.init, variable.type)
            self.emit(Op.MOV, where.register, value, 0, declaration.place)
        elif isinstance(declaration.init, c.InitList) or (
            isinstance(declaration.init, c.String) and isinstance(find(variable.type), Array)
        ):
            self.store_initialiser(where, find(variable.type), declaration.init, declaration.place)
        elif isinstance(find(variable.type), Record):
            self.copy(where, declaration.init, declaration.place)
        else:
            value = self.converted(self.value(declaration.init), declaration.init, variable.type)
            self.store(where, value, declaration.place)

    def _if(self, stmt: c.If) -> None:
        chosen = None if has_label(stmt) else self.world.constant(stmt.cond)
        if chosen is not None:
            if chosen:
                self.statement(stmt.then)
            elif stmt.other is not None:
                self.statement(stmt.other)
            return
        yes, no, end = self.label(), self.label(), self.label()
        self.condition(stmt.cond, yes, no)
        self.place_label(yes, stmt.place)
        self.statement(stmt.then)
        if stmt.other is not None:
            self.emit(Op.JMP, end, 0, 0, stmt.place)
        self.place_label(no, stmt.place)
        if stmt.other is not None:
            self.statement(stmt.other)
            self.place_label(end, stmt.place)

    def _loop(
        self, place: Place, top: int, again: int, body: Callable[[], None], cond: c.Expr | None
    ) -> None:
        """``top:`` test, body, jump to top; ``continue`` goes to ``again``."""
        inside, end = self.label(), self.label()
        self.place_label(top, place)
        if cond is not None:
            self.condition(cond, inside, end)
        self.place_label(inside, place)
        self.breaks.append((end, len(self.open)))
        self.continues.append((again, len(self.open)))
        body()
        self.breaks.pop()
        self.continues.pop()
        self.emit(Op.JMP, top, 0, 0, place)
        self.place_label(end, place)

    def _for(self, place: Place, cond: c.Expr | None, step: c.Expr | None, body: c.Stmt) -> None:
        top, again = self.label(), self.label()

        def emit_body() -> None:
            self.statement(body)
            self.place_label(again, place)
            if step is not None:
                self.effect(step)

        self._loop(place, top, again, emit_body, cond)

    def _do_while(self, place: Place, cond: c.Expr, body: c.Stmt) -> None:
        top, again, end = self.label(), self.label(), self.label()
        self.place_label(top, place)
        self.breaks.append((end, len(self.open)))
        self.continues.append((again, len(self.open)))
        self.statement(body)
        self.breaks.pop()
        self.continues.pop()
        self.place_label(again, place)
        if self.world.constant(cond) != 0:
            self.condition(cond, top, end)
        self.place_label(end, place)

    def _for_each_instance(self, stmt: c.ForEachInstance) -> None:
        variable = self.inference.symbols.get(id(stmt))
        if not isinstance(variable, Variable) or variable.memory:
            raise LastputError(
                "for-each-instance",
                "the loop variable is no plain local",
                "declare a local pointer",
                stmt.place,
            )
        home = self.home(variable)
        self.pointers.add(home)
        where = Ref("type", "", self.type_id(self.inference.named_types[id(stmt)]))
        top, end, inside = self.label(), self.label(), self.label()
        self.emit(Op.CONST, home, 0, 0, stmt.place)
        self.place_label(top, stmt.place)
        self.emit(Op.INST, home, where, home, stmt.place)
        self.emit(Op.JZ, home, end, 0, stmt.place)
        self.place_label(inside, stmt.place)
        self.breaks.append((end, len(self.open)))
        self.continues.append((top, len(self.open)))
        self.statement(stmt.body)
        self.breaks.pop()
        self.continues.pop()
        self.emit(Op.JMP, top, 0, 0, stmt.place)
        self.place_label(end, stmt.place)

    def _switch(self, place: Place, value: c.Expr, body: c.Stmt) -> None:
        type = promote(self.source_type(value))
        register = self.converted(self.value(value), value, type)
        end = self.label()
        labels: dict[int, int] = {}
        ranges: list[tuple[int, int]] = []
        default = end
        for case in _cases(body):
            labels[id(case)] = self.label()
            if case.value is None:
                default = labels[id(case)]
                continue
            low = self._case_value(case.value, type)
            high = low if case.high is None else self._case_value(case.high, type)
            if any(low <= end_ and start <= high for start, end_ in ranges):
                raise LastputError("case", "two cases have the same value", "remove one", case.place)
            ranges.append((low, high))
            self._case_jump(register, low, high, labels[id(case)], case.place)
        self.emit(Op.JMP, default, 0, 0, place)
        self.breaks.append((end, len(self.open)))
        self.cases.append((labels, len(self.open)))
        self.statement(body)
        self.cases.pop()
        self.breaks.pop()
        self.place_label(end, place)

    def _case_jump(self, value: int, low: int, high: int, label: int, place: Place) -> None:
        other = self.label()
        if low == high:
            self.emit(Op.JNEI, value, low, other, place)
        else:
            for op, bound, out in ((Op.LTI, low, Op.JNZ), (Op.LEI, high, Op.JZ)):
                test = self.register()
                self.emit(op, test, value, bound, place)
                self.emit(out, test, other, 0, place)
        self.emit(Op.JMP, label, 0, 0, place)
        self.place_label(other, place)

    def _case_value(self, expr: c.Expr, type: Type) -> int:
        value = self.world.constant(expr)
        if value is None:
            raise LastputError(
                "case", "a case label must be a constant", "use an enumerator or a number", expr.place
            )
        return narrow(value, type)

    def statement_expr(self, body: c.Block) -> int:
        result = -1
        depth = len(self.open)
        for stmt in body.body:
            if stmt is body.body[-1] and isinstance(stmt, c.ExprStmt) and stmt.expr is not None:
                result = self.value(stmt.expr)
            else:
                self.statement(stmt)
        if len(self.open) > depth and result >= 0:
            kept = self.register()
            self.emit(Op.MOV, kept, result, 0, body.place)
            result = kept
        self._close(depth)
        return result if result >= 0 else self.constant(0, body.place)


def _cases(stmt: c.Stmt) -> list[c.Case]:
    """The case labels of a switch body, not those of inner switches."""
    match stmt:
        case c.Case():
            return [stmt]
        case c.Block(body=body):
            return [found for inner in body for found in _cases(inner)]
        case c.If(then=then, other=other):
            return _cases(then) + (_cases(other) if other is not None else [])
        case c.While(body=inner) | c.DoWhile(body=inner) | c.For(body=inner) | c.AtomicBlock(body=inner):
            return _cases(inner)
    return []
