"""Type inference over all code that can be reached, and what is reached.

One walk over each function finds types, resolves names, notes which fields are read, which locals need
an address, which functions have their address taken. Functions are visited when first reached, so what
nobody calls need not even parse.
"""

from __future__ import annotations

__all__ = ["Inference", "infer"]

from lastput.c import syntax as c
from lastput.errors import LastputError, Place
from lastput.model.builtins import BUILTINS, argument_count, error_class, type_argument
from lastput.model.constant import evaluate
from lastput.model.constness import is_constant
from lastput.model.initialiser import flatten_initialiser, open_length
from lastput.model.integers import common, number_type, promote
from lastput.model.regions import cleanup_call, has_label
from lastput.model.types import (
    Array,
    Field,
    Func,
    Int,
    Pointer,
    Record,
    Type,
    Var,
    Void,
    find,
    pointee,
    unify,
)
from lastput.model.unparse import unparse
from lastput.model.world import Function, ThreadDecl, Variable, World, undefined

_COMPARISONS = {"==", "!=", "<", "<=", ">", ">=", "&&", "||"}


class Inference:
    """The result: ``types``, ``symbols`` and ``named_types`` (the type that a primitive names) by ``id`` of
    the node."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.types: dict[int, Type] = {}
        self.symbols: dict[int, Variable | Function | int] = {}
        self.declared: dict[int, Variable] = {}
        self.cleanups: dict[int, c.Call] = {}
        self.named_types: dict[int, Type] = {}
        self.reached: dict[str, None] = {}
        self.variables: dict[str, Variable] = {}
        self.allocated: list[tuple[Type, Place]] = []
        self.spawns: list[Func] = []
        self.threads: list[ThreadDecl] = []
        self.assumed: dict[str, None] = {}
        self._queue: list[Function] = []
        self._walker = _Walker(self)

    def reach(self, name: str, place: Place) -> Function | None:
        """The function of that name, to be visited; None if calls to it are assumed to do nothing."""
        function = self.world.functions.get(name)
        if name in self.world.noops and (function is None or name in self.world.assumed):
            self.assumed[name] = None
            return None
        if function is None:
            raise undefined("function", name, place, self.world.functions)
        if name not in self.reached:
            self.reached[name] = None
            self._walker.signature(function)
            self._queue.append(function)
        return function

    def variable(self, name: str, place: Place) -> Variable:
        found = self.world.variables.get(name)
        if found is None or not found.defined:
            raise undefined("variable", name, place, self.world.variables)
        if name not in self.variables:
            self.variables[name] = found
            if found.init is not None:
                self._walker.initialiser(found.type, found.init)
        return found

    def drain(self) -> None:
        while self._queue:
            self._walker.function(self._queue.pop())

    def address_taken(self, name: str, place: Place) -> Type:
        """The type of a function used as a value: a fresh pointer type that may hold it."""
        function = self.reach(name, place)
        if function is None:
            raise LastputError(
                "noop-address",
                f"'{name}' is assumed to do nothing, but its address is taken here",
                "define a stub for it",
                place,
            )
        fresh = Func(function.type.result, function.type.params)
        fresh.functions[name] = None
        return Pointer(fresh)


def infer(world: World) -> Inference:
    """Infer from all threads, module init and exit functions, and the daemons that they need.

    Raises LastputError for names that are used and not defined, and for what no type fits.
    """
    result = Inference(world)
    nowhere = Place(world.name)
    for module in world.modules:
        variable = result.variable(module_symbol(module.name), nowhere)
        for name in (module.init, module.exit):
            if name:
                record = find(variable.type)
                assert isinstance(record, Record)
                member = record.field("init" if name == module.init else "exit")
                unify(member.type, result.address_taken(name, module.place))
    waiting = [t for t in world.threads if t.kind == "daemon"]
    for thread in world.threads:
        if thread.kind != "daemon":
            result.reach(thread.function, nowhere)
            result.threads.append(thread)
    result.drain()
    while True:
        ready = [t for t in waiting if t.needs in result.reached]
        if not ready:
            break
        for thread in ready:
            waiting.remove(thread)
            result.threads.append(thread)
            result.reach(thread.function, nowhere)
        result.drain()
    return result


def module_symbol(name: str) -> str:
    """The name of the variable that is the ``struct module`` of a module."""
    return f"module {name}"


class _Walker:
    """Visits one function after the other."""

    def __init__(self, result: Inference) -> None:
        self.result = result
        self.world = result.world
        self.scopes: list[dict[str, Variable]] = []
        self.current: Function | None = None

    # --- declarations ---------------------------------------------------------------------------

    def signature(self, function: Function) -> None:
        definition = function.definition
        written = definition.type
        assert written.inner is not None
        function.type.result = self.world.type(written.inner, self.typeof)
        for param in written.params:
            type = self.world.type(param.type, self.typeof)
            type = Pointer(type.element) if isinstance(type, Array) else type
            type = Pointer(type) if isinstance(type, Func) else type
            variable = Variable(param.name, type, param.place, function.name)
            variable.written = param.type
            function.params.append(variable)
            function.type.params.append(type)

    def function(self, function: Function) -> None:
        self.current = function
        self.scopes = [{p.name: p for p in function.params}]
        for param in function.params:
            self._add_local(param)
        self.statement(function.definition.body)
        self.scopes = []

    def _add_local(self, variable: Variable) -> None:
        assert self.current is not None
        taken = sum(v.name == variable.name for v in self.current.locals)
        variable.key = f"{variable.name}.{taken}" if taken else variable.name
        self.current.locals.append(variable)

    def declare(self, declaration: c.Declaration) -> None:
        assert self.current is not None
        type = self.world.type(declaration.type, self.typeof)
        if isinstance(type, Func):
            return
        if isinstance(type, Array) and not type.length and isinstance(declaration.init, c.InitList):
            type.length = open_length(self.world, type, declaration.init)
        if "static" in declaration.storage:
            if declaration.cleanup:
                raise LastputError(
                    "cleanup", "a static variable with a cleanup", "drop one of them", declaration.place
                )
            name = f"{self.current.name}.{declaration.name}"
            if name in self.world.variables and self.world.variables[name].place != declaration.place:
                name += f".{declaration.place.line}.{declaration.place.column}"
            variable = Variable(name, type, declaration.place, "", self.current.module)
            variable.defined = True
            variable.written = declaration.type
            variable.init = declaration.init
            self.world.variables.setdefault(name, variable)
            self.scopes[-1][declaration.name] = self.result.variable(name, declaration.place)
            return
        variable = Variable(declaration.name, type, declaration.place, self.current.name)
        variable.written = declaration.type
        self._add_local(variable)
        self.scopes[-1][declaration.name] = variable
        self.result.declared[id(declaration)] = variable
        if declaration.init is not None:
            self.initialiser(type, declaration.init)
        if declaration.cleanup:
            call = self.result.cleanups[id(declaration)] = cleanup_call(declaration)
            self.effect(call)

    def initialiser(self, target: Type, init: c.Expr) -> None:
        for leaf in flatten_initialiser(self.world, target, init):
            for step in leaf.path:
                if not isinstance(step, int):
                    step.used = True
            unify(leaf.type, self.value(leaf.value))

    # --- statements -----------------------------------------------------------------------------

    def statement(self, stmt: c.Stmt) -> None:
        match stmt:
            case c.Block(body=body):
                self.scopes.append({})
                for inner in body:
                    self.statement(inner)
                self.scopes.pop()
            case c.AtomicBlock(body=body):
                self.statement(body)
            case c.ExprStmt(expr=expr):
                if expr is not None:
                    self.effect(expr)
            case c.DeclarationStmt(declarations=declarations):
                for declaration in declarations:
                    self.declare(declaration)
            case c.If(cond=cond, then=then, other=other):
                chosen = None if has_label(stmt) else self.world.constant(cond)
                if chosen is None:
                    self.value(cond)
                if chosen is None or chosen:
                    self.statement(then)
                if not chosen and other is not None:
                    self.statement(other)
            case c.While(cond=cond, body=body) | c.DoWhile(cond=cond, body=body):
                self.value(cond)
                self.statement(body)
            case c.For(init=init, cond=cond, step=step, body=body):
                self.scopes.append({})
                if init is not None:
                    self.statement(init)
                if cond is not None:
                    self.value(cond)
                if step is not None:
                    self.effect(step)
                self.statement(body)
                self.scopes.pop()
            case c.ForEachInstance():
                self._for_each_instance(stmt)
            case c.Switch(value=value, body=body):
                self.value(value)
                self.statement(body)
            case c.Return(value=value):
                if value is not None and self.current is not None:
                    type = self.value(value)
                    if not isinstance(find(self.current.type.result), Void):
                        unify(self.current.type.result, type)
            case c.Asm(place=place):
                raise LastputError(
                    "inline-assembly",
                    "inline assembly is reached here",
                    "write a stub for the function",
                    place,
                )
            case _:
                pass

    def _for_each_instance(self, stmt: c.ForEachInstance) -> None:
        record = self.world.type(stmt.type, self.typeof)
        self.result.named_types[id(stmt)] = record
        assert self.current is not None
        variable = Variable(stmt.var, Pointer(record), stmt.place, self.current.name)
        self._add_local(variable)
        self.result.symbols[id(stmt)] = variable
        self.scopes.append({stmt.var: variable})
        self.statement(stmt.body)
        self.scopes.pop()

    # --- expressions ----------------------------------------------------------------------------

    def value(self, expr: c.Expr) -> Type:
        """The type of an expression whose value is used."""
        return self._note(expr, "value")

    def effect(self, expr: c.Expr) -> Type:
        return self._note(expr, "effect")

    def typeof(self, expr: c.Expr) -> Type:
        return self._note(expr, "path")

    def _note(self, expr: c.Expr, use: str) -> Type:
        type = find(self._type(expr, use))
        self.result.types[id(expr)] = type
        return type

    def _type(self, expr: c.Expr, use: str) -> Type:
        match expr:
            case c.Number(value=number, text=text):
                return number_type(number, text)
            case c.String():
                return Pointer(Int())
            case c.Ident():
                return self._ident(expr)
            case c.Member():
                return self._member(expr, use)
            case c.Index(base=base, index=index):
                self.value(index)
                return pointee(self._note(base, "path" if use != "value" else "value"))
            case c.Unary(op="&", operand=operand):
                return self._address(operand)
            case c.Unary(op="*", operand=operand):
                return pointee(self.value(operand))
            case c.Unary(op=op, operand=operand):
                type = self._note(operand, "value")
                if "++" in op or "--" in op:
                    self._refuse_constant(operand)
                    return type
                return Int(32) if op == "!" else promote(type)
            case c.Binary(op=op, left=left, right=right):
                return self._binary(op, left, right)
            case c.Assign(op=op, target=target, value=value):
                goal = self._note(target, "store" if op == "=" else "value")
                self._refuse_constant(target)
                unify(goal, self.value(value))
                return goal
            case c.Conditional(cond=cond, then=then, other=other):
                return self._conditional(cond, then, other)
            case c.Call():
                return self._call(expr)
            case c.Cast(type=written, operand=operand):
                return self._cast(written, operand)
            case c.CommaList(items=items):
                for item in items[:-1]:
                    self.effect(item)
                return self._note(items[-1], use)
            case c.StatementExpr(body=body):
                return self._statement_expr(body)
            case c.SizeofType(type=written):
                self.result.named_types[id(expr)] = self.world.type(written, self.typeof)
                return Int(64, signed=False)
        raise LastputError("expression", "this cannot stand here as an expression", "rewrite it", expr.place)

    def _refuse_constant(self, target: c.Expr) -> None:
        if is_constant(target, self._named):
            raise LastputError(
                "const",
                f"'{unparse(target)}' is const, and is assigned to",
                "drop the const, or the assignment",
                target.place,
            )

    def _named(self, expr: c.Expr) -> Variable | Field | None:
        """The variable or the member that an expression names, whose types are known already."""
        if isinstance(expr, c.Member):
            base = self.result.types.get(id(expr.base))
            record = pointee(base) if expr.arrow and base is not None else base
            return record.lookup(expr.field) if isinstance(record, Record) else None
        symbol = self.result.symbols.get(id(expr))
        return symbol if isinstance(symbol, Variable) else None

    def lookup(self, name: str, place: Place) -> Variable | Function | int | None:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        if name in self.world.constants:
            return self.world.constants[name]
        if name in self.world.variables:
            return self.result.variable(name, place)
        return None

    def _ident(self, expr: c.Ident) -> Type:
        name = expr.name
        if name == "current":
            return Pointer(self.world.record("task_struct"))
        if name == "THIS_MODULE":
            return Pointer(self.world.record("module"))
        if name == "__func__":
            return Pointer(Int())
        found = self.lookup(name, expr.place)
        if isinstance(found, int):
            self.result.symbols[id(expr)] = found
            return Int(32)
        if isinstance(found, Variable):
            self.result.symbols[id(expr)] = found
            return found.type
        if name in self.world.functions or name in self.world.prototypes:
            type = self.result.address_taken(name, expr.place)
            self.result.symbols[id(expr)] = self.world.functions[name]
            return type
        if name.startswith("CONFIG_"):
            self.result.symbols[id(expr)] = 0
            return Int()
        raise undefined("variable", name, expr.place, self.world.variables)

    def _member(self, expr: c.Member, use: str) -> Type:
        base = self.value(expr.base) if expr.arrow else self._note(expr.base, "path")
        record = pointee(base) if expr.arrow else find(base)
        if isinstance(record, Var):
            fresh = Record("")
            record.link = fresh
            record = fresh
        if not isinstance(record, Record):
            raise LastputError(
                "no-struct",
                f"'{expr.field}' is asked of something that is no struct",
                "give the variable its struct type (a void pointer must be assigned to a typed one first)",
                expr.place,
            )
        field = record.field(expr.field)
        field.used = True
        field.read |= use in ("value", "address")
        return field.type

    def _address(self, operand: c.Expr) -> Type:
        type = self._note(operand, "address")
        if isinstance(operand, c.Ident):
            symbol = self.result.symbols.get(id(operand))
            if isinstance(symbol, Variable):
                symbol.memory = True
            elif isinstance(symbol, Function):
                return type
        inner = operand
        while isinstance(inner, c.Member) and not inner.arrow:
            inner = inner.base
        return Pointer(type)

    def _binary(self, op: str, left: c.Expr, right: c.Expr) -> Type:
        a = self.value(left)
        if op in ("&&", "||"):
            known = self.world.constant(left)
            if known is None or bool(known) == (op == "&&"):
                self.value(right)
            return Int(32)
        b = self.value(right)
        if op in ("==", "!="):
            unify(a, b)
        if op in _COMPARISONS:
            return Int(32)
        if op in ("+", "-") and isinstance(a, (Pointer, Array)):
            return Int() if op == "-" and isinstance(b, (Pointer, Array)) else Pointer(pointee(a))
        if op == "+" and isinstance(b, (Pointer, Array)):
            return Pointer(pointee(b))
        return promote(a) if op in ("<<", ">>") else common(a, b)

    def _conditional(self, cond: c.Expr, then: c.Expr | None, other: c.Expr) -> Type:
        chosen = self.world.constant(cond)
        condition = self.value(cond) if chosen is None else Int()
        types: list[Type] = []
        if chosen is None or chosen:
            types.append(condition if then is None else self.value(then))
        if not chosen:
            types.append(self.value(other))
        if len(types) == 2:
            unify(types[0], types[1])
            found = [find(type) for type in types]
            pointers = [t for t in found if isinstance(t, Pointer)]
            if all(isinstance(t, Int) for t in found):
                return common(*found)
            return pointers[0] if pointers else types[0]
        passed = evaluate(self.world, other if chosen else then or cond)
        if passed is not None and isinstance(find(types[0]), Int):
            return common(types[0], passed[1])
        return types[0]

    def _cast(self, written: c.CType, operand: c.Expr) -> Type:
        goal = self.world.type(written, self.typeof)
        if isinstance(operand, c.InitList):
            self.initialiser(goal, operand)
            return goal
        source = self.value(operand)
        if isinstance(goal, Pointer):
            target, origin = find(goal.to), pointee(source) if isinstance(source, Pointer) else Void()
            if isinstance(origin, (Var, Func)) and not isinstance(target, Void):
                unify(goal, source)
            if isinstance(target, Void) and isinstance(source, Pointer):
                return source
        return goal

    def _statement_expr(self, body: c.Block) -> Type:
        self.scopes.append({})
        type: Type = Void()
        for stmt in body.body:
            if stmt is body.body[-1] and isinstance(stmt, c.ExprStmt) and stmt.expr is not None:
                type = self.value(stmt.expr)
            else:
                self.statement(stmt)
        self.scopes.pop()
        return type

    # --- calls ----------------------------------------------------------------------------------

    def _call(self, call: c.Call) -> Type:
        callee = call.function
        if isinstance(callee, c.Ident):
            name = callee.name
            if name in BUILTINS and name not in self.world.functions:
                return self._builtin(call, name)
            if not isinstance(self.lookup(name, call.place), Variable):
                function = self.result.reach(name, call.place)
                if self.current is not None and function is not None:
                    self.current.calls[name] = None
                if function is None:
                    for arg in call.args:
                        self.value(arg)
                    return Int()
                return self._apply(function.type, call, function.definition.type.variadic, name)
        target = self.value(callee)
        type = pointee(target) if isinstance(target, (Pointer, Var)) else target
        if isinstance(type, Var):
            fresh = Func(Var(), [Var() for _ in call.args])
            type.link = fresh
            type = fresh
        if not isinstance(type, Func):
            raise LastputError(
                "not-a-function", "what is called here is no function", "check its declaration", call.place
            )
        return self._apply(type, call, True, "")

    def _apply(self, type: Func, call: c.Call, variadic: bool, name: str) -> Type:
        if not variadic and len(call.args) != len(type.params):
            raise LastputError(
                "argument-count",
                f"{name}() takes {len(type.params)} argument(s), {len(call.args)} given",
                "mend the call; a stub for several kernel versions can end its parameters with '...'",
                call.place,
            )
        for i, arg in enumerate(call.args):
            given = self.value(arg)
            if i < len(type.params):
                unify(type.params[i], given)
        return type.result

    def _builtin(self, call: c.Call, name: str) -> Type:
        argument_count(call, name)
        args = call.args
        if name in ("pick", "pick_idle", "__offsetof"):
            record = find(self.world.type(type_argument(call), self.typeof))
            if not isinstance(record, Record):
                raise LastputError("no-struct", "this type is no struct", "name a struct type", call.place)
            self.result.named_types[id(call)] = record
            self._member_path(record, args[1])
            return Int() if name == "__offsetof" else Pointer(record)
        if name == "__alloc":
            fresh: Type = Var()
            self.result.allocated.append((fresh, call.place))
            return Pointer(fresh)
        if name in ("fail", "warn"):
            error_class(call)
            self.value(args[1])
            if not isinstance(args[2], c.String):
                raise LastputError(
                    "message", "the third argument is a string", "write the text here", call.place
                )
            return Void()
        if name == "spawn":
            target_type = self.value(args[0])
            func = pointee(target_type)
            if isinstance(func, Func):
                self.result.spawns.append(func)
                unify(func.params[0] if func.params else Var(), self.value(args[1]))
            else:
                self.value(args[1])
            return Pointer(self.world.record("task_struct"))
        if name == "__live":
            self.value(args[0])
            return Int()
        if name.startswith("IS_"):
            return Int()
        types = [self.value(arg) for arg in args]
        return types[0] if name in ("memset", "__builtin_expect") else Int()

    def _member_path(self, record: Record, path: c.Expr) -> None:
        """Mark the members named by ``a.b.c`` as used and read."""
        names: list[str] = []
        while isinstance(path, c.Member):
            names.append(path.field)
            path = path.base
        if isinstance(path, c.Index):
            path = path.base
        if not isinstance(path, c.Ident):
            raise LastputError("member", "a member name is expected here", "write a.b.c", path.place)
        names.append(path.name)
        type: Type = record
        for name in reversed(names):
            if not isinstance(type, Record):
                raise LastputError("member", f"'{name}' is asked of no struct", "check the type", path.place)
            field = type.field(name)
            field.used = field.read = True
            type = find(field.type)
