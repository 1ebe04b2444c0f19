"""Reads a litmus file, the modelled kernel and the kernel sources it names into a ``World``."""

from __future__ import annotations

__all__ = ["Loaded", "load"]

import contextlib
import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from lastput.c import syntax as c
from lastput.c.parse import parse_function, parse_unit
from lastput.c.preprocess import Preprocessor
from lastput.errors import LastputError, Place
from lastput.facts.definitions.arms import options_around
from lastput.facts.definitions.lookup import Headers
from lastput.facts.definitions.scan import scan
from lastput.model.compiled import KERNEL
from lastput.model.infer import module_symbol
from lastput.model.initialiser import open_length
from lastput.model.on_demand import OnDemand, TypeNames
from lastput.model.options import ModelOptions
from lastput.model.types import Array, Func
from lastput.model.world import MODULE_DEPS, Function, Module, ThreadDecl, Variable, World

#: Functions that a text defines; they begin in the first column.
_DEFINES = re.compile(r"^[a-z_][\w \t*]*?[\s*](\w+)\([^;{}#]*\)\s*\{", re.MULTILINE)
_SOURCES = re.compile(r'\bSOURCE\s*\(\s*"([^"]+)"')
DIRECTIVES = (
    "ASSUME_ANY",
    "ASSUME_NOOP",
    "BOOT",
    "DAEMON",
    "KTHREADS",
    "LEAK_ABOVE",
    "MODULE",
    "POOL",
    "POOL_MAY_LEAK",
    "SOURCE",
    "THREAD",
    "THREADS",
    "module_exit",
    "module_init",
)


class Loaded(msgspec.Struct):
    """``sources`` holds the text of every file that was read, by the name used in places. ``beside`` are the
    files of the test's own that were looked for, whether they are there or not."""

    world: World
    sources: dict[str, str]
    skipped: list[c.Skipped]
    beside: list[str]


def load(
    file: str,
    text: str,
    options: ModelOptions,
    read_tree: Callable[[str], str] | None,
    headers: Headers | None = None,
) -> Loaded:
    """Everything that ``text`` declares. ``read_tree`` gives a file of the kernel tree, ``headers`` what is
    not declared in a test that has SOURCE() lines.

    Raises LastputError for what cannot be read or parsed, or is declared wrongly.
    """
    return _Loader(file, text, options, read_tree, headers).load()


class _Loader:
    def __init__(
        self,
        file: str,
        text: str,
        options: ModelOptions,
        read_tree: Callable[[str], str] | None,
        headers: Headers | None,
    ) -> None:
        self.file = file
        self.text = text
        self.options = options
        self.read_tree = read_tree
        self.world = World(file)
        self.world.noops.update(dict.fromkeys(options.assume_noop, Place(file)))
        self.world.assumed.update(dict.fromkeys(options.assume_noop))
        self.world.any_all = "all" in options.assume_any
        self.world.any.update((name, Place(file)) for name in options.assume_any if name != "all")
        self.sources = {file: text}
        self.paths: dict[str, Path] = {}
        self.beside: list[str] = []
        self.from_tree = self.world.from_tree
        self.skipped: list[c.Skipped] = []
        self.typedefs = TypeNames()
        self.module = -1
        self.own: set[str] = set()
        self.ours = set(_DEFINES.findall(text))  # functions of the test and of what lies beside it
        self.missing: dict[str, LastputError] = {}
        self.preprocessor = Preprocessor(_predefined(options), self._include)
        self.demand: OnDemand | None = None
        if headers is not None:
            self.demand = OnDemand(
                self.world, headers, self.typedefs, KERNEL, self.preprocessor, self._from_header
            )
            self.typedefs.demand = self.demand.typedef
            self.world.headers = self.demand

    def _from_header(self, item: c.TopLevel, path: str) -> None:
        """Adds what a header defines. Its text belongs to the kernel, or to whoever calls it."""
        assert self.demand is not None
        if path not in self.from_tree:
            self.from_tree.add(path)
            self.sources[path] = self.demand.headers.tree.read(path)
        module, self.module = self.module, -1
        with contextlib.suppress(LastputError):
            self._item(item, strict=False)
        self.module = module

    def _own_text(self, text: str) -> None:
        """Notes what a text of the test defines, and which files of the tree it speaks of."""
        if self.demand is not None:
            self.demand.own(text)
            for path in _SOURCES.findall(text):
                self.demand.view(path)

    def load(self) -> Loaded:
        self._own_text(self.text)
        if self.demand is not None:
            self.preprocessor.demand = self.demand.in_test(self.text)
        tokens = self.preprocessor.run(self.text, self.file)
        unit = parse_unit(tokens, self.file, DIRECTIVES, True, self.typedefs)
        self.skipped += unit.skipped
        for item in unit.items:
            self._item(item, strict=True)
        for name, error in self.missing.items():
            if name not in self.world.functions and name not in self.world.variables:
                raise error
        if not any(t.kind == "thread" for t in self.world.threads):
            raise LastputError(
                "no-thread", "nothing runs in this file", "add THREAD(name) { ... }", Place(self.file)
            )
        return Loaded(self.world, self.sources, self.skipped, self.beside)

    def _include(self, name: str, angled: bool, place: Place) -> str | None:
        """Our own headers; files beside the litmus file; everything else of a kernel file is ignored."""
        candidates = [KERNEL / name]
        if not angled and place.file not in self.from_tree:
            candidates.insert(0, self.paths.get(place.file, Path(place.file)).parent / name)
            if candidates[0] != candidates[1]:
                self.beside.append(str(candidates[0]))
        for path in candidates:
            if path.is_file():
                text = path.read_text(encoding="utf-8")
                self.sources[name] = text
                self.paths[name] = path
                if path.parent == KERNEL:
                    self.world.modelled.add(name)
                    return text + self._undefined() if name == "lastput.h" else text
                self._own_text(text)
                self.world.own_files.add(name)
                self.ours |= set(_DEFINES.findall(text))
                for defined in self.ours:
                    self.preprocessor.macros.pop(defined, None)
                return text
        if place.file not in self.from_tree and not angled:
            raise LastputError(
                "no-include", f'cannot find "{name}"', "write the path relative to this file", place
            )
        return None

    def _undefined(self) -> str:
        """A function of the test stands for a macro of the modelled kernel as it does for a function."""
        return "".join(f"#undef {name}\n" for name in sorted(self.ours))

    # --- items ----------------------------------------------------------------------------------

    def _item(self, item: c.TopLevel, strict: bool) -> None:
        match item:
            case c.FunctionStub():
                self._function(item, strict)
            case c.Declaration():
                self._declaration(item, strict)
            case c.StructDef(type=written):
                self.world.define(written)
            case c.EnumDef():
                self._enum(item)
            case c.TypedefDef(name=name, type=written):
                self.world.typedefs[name] = written
            case c.Directive():
                self._directive(item)

    def _enum(self, item: c.EnumDef) -> None:
        value = -1
        for name, expr in item.members:
            known = self.world.constant(expr) if expr is not None else value + 1
            if known is None:
                raise LastputError("enumerator", f"{name} is no constant", "use a number", item.place)
            value = known
            self.world.constants[name] = value

    def _add_function(
        self, name: str, place: Place, inline: bool, parse: Callable[[], c.FunctionDef]
    ) -> Function:
        function = Function(name, self.module, place, parse)
        function.inline = inline
        self.world.functions[name] = function
        return function

    def _function(self, stub: c.FunctionStub, strict: bool) -> None:
        known = self.world.functions.get(stub.name)
        weak = "weak" in stub.storage
        if weak and known is not None and not known.weak:
            return
        own = strict and not weak and not self._modelled(stub.place)
        if known is not None and stub.name in self.own:
            if own and known.place.file == stub.place.file:
                raise LastputError(
                    "redefined",
                    f"{stub.name}() is defined twice",
                    f"the first is at {known.place}",
                    stub.place,
                )
            if not own:
                self.world.notes.append(f"{stub.name}() of {self.file} stands for that of {stub.place.file}")
                return
        if own:
            self.own.add(stub.name)
        world, typedefs = self.world, self.typedefs

        def parse() -> c.FunctionDef:
            definition = parse_function(stub, typedefs)
            world.local_names.update(definition.names)
            for tag in definition.tags:
                if isinstance(tag, c.StructDef):
                    world.define(tag.type)
                elif isinstance(tag, c.EnumDef):
                    self._enum(tag)
            return definition

        self._add_function(stub.name, stub.place, "inline" in stub.storage, parse).weak = weak

    def _modelled(self, place: Place) -> bool:
        return "/" not in place.file and (KERNEL / place.file).is_file()

    def _declaration(self, item: c.Declaration, strict: bool) -> None:
        type = self.world.type(item.type)
        if isinstance(type, Func):
            self.world.prototypes.setdefault(item.name, item.type)
            return
        known = self.world.variables.get(item.name)
        extern = "extern" in item.storage and item.init is None
        ours = known is not None and known.place.file not in self.from_tree
        if known is not None and (extern or (ours and known.init is not None and item.init is None)):
            return
        if not strict and known is not None and known.defined and not self._modelled(known.place):
            # A tentative definition is followed by the one with the value (C11 6.9.2).
            completes = known.init is None and item.init is not None and known.place.file == item.place.file
            if not completes:
                return
        if isinstance(type, Array) and not type.length and isinstance(item.init, c.InitList | c.String):
            type.initialised(open_length(self.world, type, item.init), item.place)
        variable = Variable(item.name, type, item.place, "", self.module)
        variable.written = item.type
        variable.init = item.init
        variable.defined = not extern
        if known is not None and known.type is not None and not known.defined:
            variable.type = type
        self.world.variables[item.name] = variable

    # --- lines of the litmus language -----------------------------------------------------------

    def _directive(self, line: c.Directive) -> None:
        name, args, place = line.name, line.args, line.place
        if name in ("THREAD", "THREADS", "DAEMON", "BOOT"):
            self._thread(line)
        elif name == "MODULE":
            self._enter_module(line)
        elif name in ("module_init", "module_exit"):
            if self.module < 0:
                raise LastputError(
                    "module-line", f"{name}() stands outside any module", "put MODULE(name); before it", place
                )
            module = self.world.modules[self.module]
            setattr(module, name.removeprefix("module_"), _ident(args, 0, line))
        elif name in ("POOL", "POOL_MAY_LEAK"):
            tag = _tag(args, line)
            if name == "POOL":
                self.world.pools[tag] = self._number(args, 1, line)
            else:
                self.world.may_leak.add(tag)
        elif name == "LEAK_ABOVE":
            self.world.leak_above[_tag(args, line)] = (_path(args, 1, line), _ident(args, 2, line))
        elif name == "KTHREADS":
            self.world.kthreads[_ident(args, 0, line)] = self._number(args, 1, line)
        elif name == "ASSUME_NOOP":
            for i in range(len(args)):
                self.world.noops[_ident(args, i, line)] = place
        elif name == "ASSUME_ANY":
            for i in range(len(args)):
                self.world.any[_ident(args, i, line)] = place
        elif name == "SOURCE":
            self._source(line)

    def _thread(self, line: c.Directive) -> None:
        name = _ident(line.args, 0, line)
        kind = {"BOOT": "boot", "DAEMON": "daemon"}.get(line.name, "thread")
        count = self._number(line.args, 1, line) if line.name in ("THREADS", "DAEMON") else 1
        needs = _ident(line.args, 2, line) if line.name == "DAEMON" else ""
        if line.body is None:
            raise LastputError("thread-body", f"{line.name}({name}) has no body", "add { ... }", line.place)
        if any(t.name == name for t in self.world.threads):
            raise LastputError("redefined", f"there are two threads '{name}'", "rename one", line.place)
        body = line.body
        function = f"{name}"
        if function in self.world.functions:
            function = f"{line.name} {name}"
        definition = c.FunctionDef(
            place=line.place,
            name=function,
            type=c.CType("function", inner=c.CType("void")),
            body=body,
            end=body.end,
        )
        module, self.module = self.module, -1
        self._add_function(function, line.place, False, lambda: definition)
        self.module = module
        self.world.threads.append(ThreadDecl(name, kind, count, function, needs))

    def _enter_module(self, line: c.Directive) -> None:
        name = _ident(line.args, 0, line)
        if name == "vmlinux":
            self.module = -1
            return
        deps = tuple(_ident(line.args, i, line) for i in range(1, len(line.args)))
        known = {m.name: m for m in self.world.modules}
        for dep in deps:
            if dep not in known:
                raise LastputError(
                    "module-line",
                    f"module '{dep}' is not declared before",
                    f"put MODULE({dep}); first",
                    line.place,
                )
        if len(deps) > MODULE_DEPS:
            raise LastputError(
                "module-line", f"a module uses at most {MODULE_DEPS} others here", "merge some", line.place
            )
        if name in known:
            self.module = known[name].index
            return
        self.module = len(self.world.modules)
        self.world.modules.append(Module(self.module, name, deps, line.place))
        variable = Variable(module_symbol(name), self.world.record("module"), line.place)
        variable.defined = True
        self.world.variables[variable.name] = variable

    def _source(self, line: c.Directive) -> None:
        path = line.args[0] if line.args else None
        if not isinstance(path, c.String):
            raise LastputError(
                "source-line",
                "SOURCE() takes a path in quotes first",
                'write SOURCE("virt/kvm/async_pf.c");',
                line.place,
            )
        if self.read_tree is None:
            raise LastputError(
                "no-tree",
                f"this test reads {path.value} from a kernel tree",
                "add --tree DIR, or the linux-source-*.tar.xz of Debian",
                line.place,
            )
        wanted = [_ident(line.args, i, line) for i in range(1, len(line.args))]
        try:
            text = self.read_tree(path.value)
        except LastputError as error:
            if error.slug != "not-in-tree" or not wanted:
                raise
            self.missing.update(dict.fromkeys(wanted, error))
            return
        self.sources[path.value] = text
        self.from_tree.add(path.value)
        unit = self._read_source(path.value, text, frozenset())
        absent = [name for name in wanted if name not in _names_of(unit)]
        if absent and self.demand is not None:
            needed = frozenset(
                option
                for one in scan(text)
                if one.name in absent
                for option in options_around(text, one.start)
            )
            unit = self._read_source(path.value, text, needed)
        for name in wanted:
            if name not in _names_of(unit):
                self.missing[name] = LastputError(
                    "not-in-source",
                    f"{path.value} of this tree has no function or variable {name}",
                    "drop the name, or write a __weak one for trees that lack it",
                    line.place,
                )
        self.skipped += [s for s in unit.skipped if s.why != "says nothing about object lifetimes"]
        for item in unit.items:
            if isinstance(item, c.FunctionStub) and wanted and item.name not in wanted:
                self.world.prototypes.setdefault(item.name, item.type)
                continue
            self._item(item, strict=False)

    def _read_source(self, path: str, text: str, needed: frozenset[str]) -> c.Unit:
        """A file of the tree, with options that are on besides those that always are."""
        demand = None if self.demand is None else self.demand.in_source(path, text, needed)
        tokens = self.preprocessor.fork(demand).run(text, path, strict=False)
        return parse_unit(tokens, path, DIRECTIVES[:0], False, self.typedefs)

    def _number(self, args: tuple[c.Expr, ...], i: int, line: c.Directive) -> int:
        value = self.world.constant(args[i]) if i < len(args) else None
        if value is None or not 1 <= value <= 64:
            raise LastputError(
                "line-argument",
                f"{line.name}() needs a number from 1 to 64 here",
                "see the table of lines",
                line.place,
            )
        return value


def _names_of(unit: c.Unit) -> set[str]:
    """The functions and variables that a file defines."""
    return {item.name for item in unit.items if isinstance(item, c.FunctionStub | c.Declaration)}


def _ident(args: tuple[c.Expr, ...], i: int, line: c.Directive) -> str:
    arg = args[i] if i < len(args) else None
    if isinstance(arg, c.Ident):
        return arg.name
    raise LastputError(
        "line-argument",
        f"{line.name}() needs a name as argument {i + 1}",
        "see the table of lines",
        line.place,
    )


def _path(args: tuple[c.Expr, ...], i: int, line: c.Directive) -> tuple[str, ...]:
    """A member, or one of a member: count.counter."""
    arg = args[i] if i < len(args) else None
    if isinstance(arg, c.Member) and not arg.arrow:
        return (*_path((arg.base,), 0, line), arg.field)
    return (_ident(args, i, line),)


def _tag(args: tuple[c.Expr, ...], line: c.Directive) -> str:
    if args and isinstance(args[0], c.TypeArg) and args[0].type.name:
        return args[0].type.name
    raise LastputError(
        "line-argument", f"{line.name}() needs a struct type", "write POOL(struct name, n);", line.place
    )


def _predefined(options: ModelOptions) -> dict[str, str]:
    macros = {
        "NR_WORKERS": str(options.workers),
        "__LASTPUT__": "1",
        "CONFIG_SMP": "1",
        "CONFIG_MODULES": "1",
    }
    if options.preempt == "full":
        macros["CONFIG_PREEMPTION"] = "1"
    elif options.preempt == "voluntary":
        macros["CONFIG_PREEMPT_VOLUNTARY"] = "1"
    macros.update(options.defines)
    return macros
