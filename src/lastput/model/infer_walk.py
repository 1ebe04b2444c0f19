"""The walk of type inference over declarations and statements."""

from __future__ import annotations

__all__ = ["Walker"]

from lastput.c import syntax as c
from lastput.errors import LastputError
from lastput.model.infer_expr import ExpressionTypes
from lastput.model.initialiser import flatten_initialiser, open_length
from lastput.model.regions import cleanup_call, has_label
from lastput.model.types import Array, Func, Pointer, Type, Void, find, unify
from lastput.model.world import Function, Variable


class Walker(ExpressionTypes):
    """Visits one function after the other."""

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
        if (
            isinstance(type, Array)
            and not type.length
            and isinstance(declaration.init, c.InitList | c.String)
        ):
            type.initialised(open_length(self.world, type, declaration.init), declaration.place)
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
            case c.Case(value=value, high=high):
                # A label is a constant: only one that is defined nowhere has to be looked at.
                for label in (value, high):
                    if label is not None and self.world.constant(label) is None:
                        self.value(label)
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
