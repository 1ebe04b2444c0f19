"""A litmus file to a ``Program``: the front door of the compiler."""

from __future__ import annotations

__all__ = ["compile_file", "compile_text"]

from collections.abc import Callable, Iterator

import msgspec

from lastput.engine.program import FUNCTION_BASE, Program, Text, Thread
from lastput.errors import LastputError, Place
from lastput.facts.definitions.lookup import Headers
from lastput.model.assemble import Assembled, Assembler
from lastput.model.compiled import Compiled, read_test
from lastput.model.flow import Flow, analyse
from lastput.model.header import read_header
from lastput.model.infer import infer
from lastput.model.inference import Inference
from lastput.model.inline import Body, Inliner
from lastput.model.instance_loops import ordered_loops
from lastput.model.layout import Layout
from lastput.model.leaks import counts, keep_counts
from lastput.model.load import Loaded, load
from lastput.model.lower import Registry, lower_function
from lastput.model.options import ModelOptions, settled, with_words
from lastput.model.registers import Allocation, allocate, orders_pointers, spread_pointers
from lastput.model.shapes import shapes_of
from lastput.model.space import Space, ThreadShape
from lastput.model.static_value import strings_of
from lastput.model.tac import Ref, Template
from lastput.model.types import Array, Record, find
from lastput.model.world import Assumption, ThreadDecl, Variable, World


def compile_file(
    path: str,
    options: ModelOptions | None = None,
    read_tree: Callable[[str], str] | None = None,
    headers: Headers | None = None,
) -> Compiled:
    """Compile a litmus file. ``read_tree`` gives files of the kernel tree for SOURCE() lines, ``headers``
    what neither they nor the test declare.

    Raises LastputError for everything that is wrong with the input.
    """
    return compile_text(read_test(path), path, options, read_tree, headers)


def compile_text(
    text: str,
    file: str,
    options: ModelOptions | None = None,
    read_tree: Callable[[str], str] | None = None,
    headers: Headers | None = None,
) -> Compiled:
    """The same for a text; ``file`` names it in places."""
    header = read_header(text, file)
    base = ModelOptions() if options is None else options
    defaults = with_words(ModelOptions(), header.options, file)
    chosen = settled(defaults, base)
    loaded = load(file, text, chosen, read_tree, headers if header.needs_tree else None)
    compiler = _Compiler(loaded, chosen)
    program, functions = compiler.compile()
    return Compiled(
        program=program,
        header=header,
        options=chosen,
        sources=loaded.sources,
        functions=functions,
        skipped=tuple(loaded.skipped),
        notes=(*loaded.world.notes, *compiler.kept_apart(program)),
        shapes=shapes_of(loaded.world),
        assumptions=tuple(loaded.world.assumptions.values()),
        beside=tuple(loaded.beside),
    )


class _Prepared(msgspec.Struct):
    """One kind of thread, up to register allocation."""

    body: Body
    flow: Flow
    allocation: Allocation


class _Compiler:
    def __init__(self, loaded: Loaded, options: ModelOptions) -> None:
        self.world: World = loaded.world
        self.options = options
        self.layout = Layout(self.world)
        self.registry = Registry()
        self.inference: Inference = infer(self.world)
        keep_counts(self.world)
        self.templates: dict[str, Template] = {}
        self.symmetric = True
        self.ordered: dict[int, Place] = {}

    def compile(self) -> tuple[Program, tuple[str, ...]]:
        self._find_memory_locals()
        inliner = Inliner(self.world, self._template, self.options.tail_calls)
        bodies: dict[str, _Prepared] = {}
        threads = list(self.inference.threads)
        for decl in threads:
            self._prepare(inliner, decl.function, bodies, decl.kind == "boot")
            for name in bodies[decl.function].body.spawns:
                if not any(t.function == name and t.kind == "spawned" for t in threads):
                    count = self.world.kthreads.get(name, 1)
                    threads.append(ThreadDecl(name, "spawned", count, name))
        return self._assemble(threads, bodies)

    def _find_memory_locals(self) -> None:
        for name in self.inference.reached:
            for variable in self.world.functions[name].locals:
                if isinstance(find(variable.type), (Record, Array)):
                    variable.memory = True

    def _template(self, name: str) -> Template:
        if name not in self.templates:
            self.templates[name] = lower_function(
                self.world.functions[name], self.inference, self.layout, self.registry
            )
        return self.templates[name]

    def _prepare(self, inliner: Inliner, function: str, bodies: dict[str, _Prepared], boot: bool) -> None:
        if function in bodies:
            return
        body = inliner.body(function, self.world.functions[function].place)
        spread_pointers(body)
        if body.pointers & body.integers or orders_pointers(body):
            self.symmetric = False
        flow = analyse(body, inliner.values)
        if not boot:  # which runs once, before anything is renamed
            for type_id, place in ordered_loops(flow):
                self.ordered.setdefault(type_id, place)
        bodies[function] = _Prepared(body, flow, allocate(body, flow))

    # --- laying out -----------------------------------------------------------------------------

    def _assemble(
        self, threads: list[ThreadDecl], bodies: dict[str, _Prepared]
    ) -> tuple[Program, tuple[str, ...]]:
        space = Space(self.inference, self.layout, self.registry)
        names = [(decl, i) for decl in threads for i in range(decl.count)]
        shown = [d.name if d.count == 1 else f"{d.name}#{i}" for d, i in names]
        space.number_names(list(self.inference.reached), self._strings(bodies, [d.name for d in threads]))
        space.add_globals()
        space.add_pools(self._pool_records())
        tasks = [
            space.add_task(
                ThreadShape(
                    name,
                    decl.function,
                    decl.name,
                    decl.kind != "thread",
                    self._locals(bodies[decl.function].body),
                )
            )
            for name, (decl, _) in zip(shown, names, strict=True)
        ]
        space.initialise()
        if len(space.cells) >= FUNCTION_BASE:
            raise LastputError(
                "too-large",
                f"the objects of this test take {len(space.cells)} addresses",
                f"make its pools smaller: there is room for {FUNCTION_BASE}",
                Place(self.world.name),
            )
        codes: dict[str, int] = {}
        for decl in threads:
            codes.setdefault(decl.function, len(codes))
        assembler = Assembler(self.world, space, codes)
        emitted = {
            function: assembler.add(bodies[function].body, bodies[function].flow, bodies[function].allocation)
            for function in codes
        }
        made = [
            self._thread(
                space, decl, name, task, codes[decl.function], emitted[decl.function], bodies, threads
            )
            for (decl, _), name, task in zip(names, shown, tasks, strict=True)
        ]
        entered = dict.fromkeys(n for p in bodies.values() for n in p.body.entered)
        program = Program(
            name=self.world.name,
            slots=tuple(space.slots),
            ranges=tuple(space.ranges),
            cells=tuple(space.cells),
            owner=tuple(space.owner),
            objects=tuple(space.objects),
            pools=tuple(space.pools),
            instances=space.instances,
            texts=tuple(Text(m.name, space.text_life(m.name)) for m in self.world.modules),
            threads=tuple(made),
            locations=tuple(assembler.locations),
            code=tuple(assembler.code),
            messages=tuple(assembler.messages),
            functions=tuple(space.functions),
            strings=tuple(space.strings),
            symmetric=self.symmetric,
            ordered=tuple(sorted(self.ordered)),
            counts=tuple(counts(self.world, space)),
            assumptions=tuple(str(one) for one in self._assumptions()),
            temps=max(assembler.temps, 8),
        )
        return program, tuple(entered)

    def _assumptions(self) -> tuple[Assumption, ...]:
        """What the program stands on, besides the modelled kernel."""
        world, reached = self.world, self.inference.reached
        for name in self.inference.assumed:
            world.assume("noop", name, world.noops.get(name) or Place(world.name))
        for name in reached:
            function = world.functions[name]
            if function.weak:
                world.assume("weak", name, function.place)
            if function.any and name in self.templates:
                world.assume("any", name, function.place)
        for variable in self.inference.variables.values():
            if variable.any and not variable.name.startswith("__any_"):
                world.assume("object", variable.name, variable.place)
        for name, place in world.unknown.items():
            world.assume("constant", name, place)
        for text in world.assumed_sizes:
            world.assume("size", text, Place(world.name))
        return tuple(world.assumptions.values())

    def _thread(
        self,
        space: Space,
        decl: ThreadDecl,
        name: str,
        task: int,
        code: int,
        emitted: Assembled,
        bodies: dict[str, _Prepared],
        threads: list[ThreadDecl],
    ) -> Thread:
        allocation = bodies[decl.function].allocation
        start = emitted.parked if decl.kind == "spawned" else emitted.entry
        group = space.group(f"pc {code}", emitted.first, emitted.last)
        pc = space.slot(f"{name}:pc", group, start)
        for k in range(allocation.count):
            pointer = k in allocation.pointers
            register = f"{name}:{allocation.names.get(k, f'r{k}')}"
            space.slot(register, space.group(f"register {code} {k}"), 0, pointer)
        return Thread(
            name=name,
            code=code,
            pc=pc,
            regs=pc + 1,
            nregs=allocation.count,
            start=start,
            entry=emitted.entry,
            task=task,
            group=threads.index(decl) if decl.count > 1 else -1,
            boot=decl.kind == "boot",
            user=decl.kind == "thread",
            own=decl.kind in ("thread", "spawned"),
        )

    def kept_apart(self, program: Program) -> Iterator[str]:
        """What symmetry may not fold in this program, and why, one sentence each."""
        folded = [pool for pool in program.pools if len(pool.objects) > 1]
        for type_id, place in self.ordered.items():
            owners = {program.owner[address] for address in program.instances[type_id].addresses}
            names = [f"struct {pool.type}" for pool in folded if owners & set(pool.objects)]
            if names:
                yield (
                    f"{place}: what this loop comes to may depend on the order of the objects, "
                    f"so those of {', '.join(names)} are not taken for alike"
                )

    def _locals(self, body: Body) -> tuple[tuple[str, Variable], ...]:
        return tuple((f, v) for f in body.locals for v in self.world.functions[f].aggregate_locals)

    def _pool_records(self) -> dict[str, Record]:
        records: dict[str, Record] = {}
        for type, place in self.inference.allocated:
            record = self.inference.allocated_record(type, place)
            records[record.tag] = record
        return records

    def _strings(self, bodies: dict[str, _Prepared], threads: list[str]) -> list[str]:
        texts = dict.fromkeys([*threads, *(m.name for m in self.world.modules)])
        for prepared in bodies.values():
            for ins in prepared.flow.code:
                if isinstance(ins.b, Ref) and ins.b.kind == "string":
                    texts[ins.b.name] = None
        for variable in self.inference.variables.values():
            if variable.init is not None:
                texts.update(dict.fromkeys(strings_of(variable.init)))
        return list(texts)
