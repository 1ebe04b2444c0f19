"""Type inference of calls: of functions, through pointers, and of the primitives."""

from __future__ import annotations

__all__ = ["CallTypes"]

from lastput.c import syntax as c
from lastput.errors import LastputError, Place
from lastput.model.builtins import BUILTINS, argument_count, error_class, size_type, type_argument
from lastput.model.copies import Copy, pointed
from lastput.model.inference import Inference
from lastput.model.types import Func, Int, Pointer, Record, Type, Var, Void, find, pointee, unify
from lastput.model.world import Function, Variable, World


class CallTypes:
    """Visits the calls of one function after the other. What it asks of expressions is declared here, and
    defined in the classes that build on it."""

    def __init__(self, result: Inference) -> None:
        self.result = result
        self.world: World = result.world
        self.current: Function | None = None

    def value(self, expr: c.Expr) -> Type:
        """The type of an expression whose value is used."""
        raise NotImplementedError

    def typeof(self, expr: c.Expr) -> Type:
        """The type of an expression that is not evaluated."""
        raise NotImplementedError

    def lookup(self, name: str, place: Place) -> Variable | Function | int | None:
        """What a name stands for; None if that is a function, or nothing."""
        raise NotImplementedError

    def call(self, call: c.Call) -> Type:
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
                variadic = function.any or function.definition.type.variadic
                return self._apply(function.type, call, variadic, name)
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
        type.called = True
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
            if isinstance(arg, c.TypeArg) and name:
                self._refuse_type(arg, name)
                continue
            given = self.value(arg)
            if i < len(type.params):
                unify(type.params[i], given)
        return type.result

    def _refuse_type(self, arg: c.TypeArg, name: str) -> None:
        """A type may be given to what may be a macro: what has no body."""
        if not self.world.functions[name].any:
            raise LastputError(
                "expression", "this cannot stand here as an expression", "rewrite it", arg.place
            )

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
            if args:
                written = size_type(args[0])
                self.result.sized.append((fresh, self.world.type(written, self.typeof) if written else None))
            return Pointer(fresh)
        if name == "__alloc_from":
            slab: Type = Var()
            self.value(args[0])
            self.result.allocated.append((slab, call.place))
            self.result.slabs.append((slab, call.place))
            return Pointer(slab)
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
                func.called = True
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
        if name == "__any_value":
            any_type = Var()
            self.result.any_calls.append((call, any_type))
            return any_type
        types = [self.value(arg) for arg in args]
        if name in ("__copy_memory", "__overwrite"):
            self._copy(call, types)
            return types[0]
        return types[0] if name in ("memset", "__builtin_expect") else Int()

    def _copy(self, call: c.Call, types: list[Type]) -> None:
        """Notes what is written. Memory of unknown type gets that of the other side."""
        source = pointed(types[1]) if len(types) > 1 else None
        if source is not None and isinstance(find(pointed(types[0])), Var) != isinstance(source, Var):
            unify(types[0], types[1])
        size = call.args[2] if len(call.args) > 2 else None
        while isinstance(size, c.Cast):
            size = size.operand
        named = self.result.named_types.get(id(size)) if isinstance(size, c.SizeofType) else None
        self.result.copies[id(call)] = Copy(call, pointed(types[0]), source, named)

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
