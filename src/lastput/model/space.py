"""The address space and the state vector: where every object, register and counter lies."""

from __future__ import annotations

__all__ = ["Space", "ThreadShape"]

import msgspec

from lastput.engine.program import FUNCTION_BASE, LIFE_ALIVE, Instance, Object, Pool, Slot
from lastput.errors import LastputError
from lastput.model.inference import Inference
from lastput.model.initialiser import flatten_initialiser
from lastput.model.layout import Cell, Layout
from lastput.model.lower import Registry
from lastput.model.static_value import StaticValues
from lastput.model.tac import Ref
from lastput.model.types import Array, Field, Int, Record, Type, find
from lastput.model.world import Variable, World

_DEFAULT_POOL = 2
FRAME = "frame of "  # how the cells are named that tell whether a frame is there


class ThreadShape(msgspec.Struct, frozen=True):
    """What a thread instance needs memory for: its stack variables, by function and key. Instances of
    one declaration share ``comm``, so that nothing tells them apart. ``body`` is the function it runs."""

    name: str
    body: str
    comm: str
    kthread: bool
    locals: tuple[tuple[str, Variable], ...]


class Space:
    """Builds slots, cells, owners and objects. Slots of registers are appended by the assembler."""

    def __init__(self, inference: Inference, layout: Layout, registry: Registry) -> None:
        self.inference = inference
        self.world: World = inference.world
        self.layout = layout
        self.registry = registry
        self.slots: list[Slot] = []
        self.ranges: list[tuple[int, int]] = []
        self.cells: list[int] = [-1]
        self.owner: list[int] = [-1]
        self.objects: list[Object] = []
        self.pools: list[Pool] = []
        self.pool_index: dict[str, int] = {}
        self.globals: dict[str, int] = {}
        #: From the task object of a thread: by the function that the thread runs, the function and the key of
        #: a local. The key "" is for the cell that tells whether the frame is there.
        self.stack_offsets: dict[tuple[str, str, str], int] = {}
        self.functions: dict[str, int] = {}
        self.strings: dict[str, int] = {}
        self._groups: dict[str, int] = {}
        self._instances: list[list[int]] = [[] for _ in registry.types]
        self._sealed_functions = 0

    # --- slots ----------------------------------------------------------------------------------

    def group(self, name: str, low: int = 0, high: int = 1) -> int:
        """The range group of that name, made with the given first guess."""
        if name not in self._groups:
            self._groups[name] = len(self.ranges)
            self.ranges.append((low, high))
        return self._groups[name]

    def slot(self, name: str, group: int, init: int = 0, pointer: bool = False, field: str = "") -> int:
        low, high = self.ranges[group]
        self.ranges[group] = (min(low, init), max(high, init))
        self.slots.append(Slot(name=name, group=group, init=init, pointer=pointer, field=field))
        return len(self.slots) - 1

    # --- numbers of functions, strings and addresses --------------------------------------------

    def number_names(self, functions: list[str], strings: list[str]) -> None:
        """Functions and strings get their numbers before any initial value is computed."""
        self.functions = {name: FUNCTION_BASE + i for i, name in enumerate(functions)}
        first = FUNCTION_BASE + len(functions)
        self.strings = {text: first + i for i, text in enumerate(strings)}

    def resolve(self, ref: Ref) -> int:
        """The number behind a symbolic operand."""
        if ref.kind == "global":
            return self.globals[ref.name] + ref.offset
        if ref.kind == "function":
            return self.functions[ref.name]
        if ref.kind == "string":
            return self.strings[ref.name]
        if ref.kind == "pool":
            return self.pool_index[ref.name]
        return ref.offset

    # --- objects --------------------------------------------------------------------------------

    def _object(
        self, name: str, type: Type, extra: list[Cell | None], life: int, pool: int, text: int, prefix: str
    ) -> int:
        """Add an object; the address of its first cell. ``prefix`` names its fields."""
        cells = [*self.layout.cells(type), *extra]
        pad = self._padding(type)
        index = len(self.objects)
        self.cells += [-1] * pad
        self.owner += [index] * (pad + len(cells))
        base = len(self.cells)
        for cell in cells:
            if cell is None:
                self.cells.append(-1)
                continue
            field = (
                f"{prefix}.{cell.path}" if cell.path and not cell.path.startswith("[") else prefix + cell.path
            )
            shown = f"{name}.{cell.path}" if cell.path and not cell.path.startswith("[") else name + cell.path
            group = self.group(f"cell {field}", 0, 1 if cell.read else 0)
            self.cells.append(self.slot(shown, group, 0, cell.pointer, field))
        found = find(type)
        tag = found.tag if isinstance(found, Record) else ""
        self.objects.append(
            Object(
                name=name,
                type=tag,
                base=base,
                size=len(cells),
                life=life,
                pool=pool,
                heap=pool >= 0,
                text=text,
            )
        )
        self._register_instances(type, base)
        return base

    def _padding(self, type: Type) -> int:
        """Holes in front, so that going back from a member that is a list head stays in the object."""
        need = 0
        for member, back in self.registry.containers.values():
            for offset in self._embedded(type, find(member)):
                need = max(need, back - offset)
        return need

    def _register_instances(self, type: Type, base: int) -> None:
        for i, wanted in enumerate(self.registry.types):
            self._instances[i] += [base + o for o in self._embedded(type, find(wanted))]

    def _embedded(self, type: Type, wanted: Type) -> list[int]:
        """The offsets at which ``wanted`` lies in ``type``."""
        type = find(type)
        found = [0] if type is wanted else []
        if isinstance(type, Array):
            inner = self._embedded(type.element, wanted)
            step = self.layout.size(type.element)
            found += [i * step + o for i in range(type.room) for o in inner]
        elif isinstance(type, Record):
            for field in type.fields.values():
                if field.used and isinstance(find(field.type), (Record, Array)):
                    start = self.layout.offset(type, field.name)
                    found += [start + o for o in self._embedded(field.type, wanted)]
            for anonymous in type.anonymous:
                inner_record = find(anonymous)
                if isinstance(inner_record, Record):
                    for field in inner_record.fields.values():
                        if field.used and isinstance(find(field.type), (Record, Array)):
                            start = self.layout.offset(type, field.name)
                            found += [start + o for o in self._embedded(field.type, wanted)]
        return found

    @property
    def instances(self) -> tuple[Instance, ...]:
        return tuple(
            Instance(type=t.tag if isinstance(t := find(r), Record) else "", addresses=tuple(sorted(a)))
            for r, a in zip(self.registry.types, self._instances, strict=True)
        )

    def add_globals(self) -> None:
        """All variables that are reached; those of a module live and die with its text."""
        modules = {f"module {m.name}": m for m in self.world.modules}
        ordered = sorted(self.inference.variables.values(), key=lambda v: v.name not in modules)
        lives: dict[int, int] = {}
        for variable in ordered:
            module = modules.get(variable.name)
            shown = module.name if module else variable.name
            life = lives.get(variable.module, -1) if module is None else -1
            text = variable.module if module is None else -1
            prefix = "module" if module else variable.name
            base = self._object(shown, variable.type, [], life, -1, text, prefix)
            self.globals[variable.name] = base
            if not variable.kept and isinstance(find(variable.type), Int):
                self.ranges[self.slots[self.cells[base]].group] = (0, 0)
            if module:
                record = find(variable.type)
                assert isinstance(record, Record)
                lives[module.index] = self.cells[base + self.layout.offset(record, "text")]

    def text_life(self, module: str) -> int:
        """The slot that tells whether the text of a module is mapped."""
        record = find(self.world.variables[f"module {module}"].type)
        assert isinstance(record, Record)
        return self.cells[self.globals[f"module {module}"] + self.layout.offset(record, "text")]

    def add_pools(self, types: dict[str, Record]) -> None:
        for tag, record in types.items():
            count = self.world.pools.get(tag, _DEFAULT_POOL)
            self.pool_index[tag] = len(self.pools)
            members: list[int] = []
            for i in range(count):
                life = self.slot(f"{tag}#{i}.life", self.group(f"life {tag}", 0, 2))
                members.append(len(self.objects))
                self._object(f"{tag}#{i}", record, [], life, len(self.pools), -1, tag)
            self.pools.append(Pool(type=tag, objects=tuple(members), leaks=tag not in self.world.may_leak))

    def add_task(self, shape: ThreadShape) -> int:
        """The task object of a thread; the index of the object."""
        record = self.world.record("task_struct")
        extra: list[Cell | None] = []
        size = self.layout.size(record)
        for function in dict.fromkeys(function for function, _ in shape.locals):
            self.stack_offsets[shape.body, function, ""] = size + len(extra)
            extra.append(Cell(f"{FRAME}{function}", False, True))
        for function, variable in shape.locals:
            extra += [None] * self._padding(variable.type)
            self.stack_offsets[shape.body, function, variable.key] = size + len(extra)
            for cell in self.layout.cells(variable.type):
                path = f"{function}.{variable.name}"
                if cell is not None:
                    path += cell.path if cell.path.startswith("[") else f".{cell.path}" if cell.path else ""
                extra.append(cell and Cell(path, cell.pointer, cell.read))
        base = self._object(shape.name, record, extra, -1, -1, -1, "task_struct")
        task = len(self.objects) - 1
        for function, variable in shape.locals:
            self._add_local(shape, base, function, variable)
        self.set_field(base, record, "comm", self.strings[shape.comm])
        self.set_field(base, record, "kthread", int(shape.kthread))
        return task

    def _add_local(self, shape: ThreadShape, task: int, function: str, variable: Variable) -> None:
        """A variable on the stack: an object within the memory of the task, alive as its frame is there."""
        start = task + self.stack_offsets[shape.body, function, variable.key]
        size, pad = self.layout.size(variable.type), self._padding(variable.type)
        found = find(variable.type)
        self.owner[start - pad : start + size] = [len(self.objects)] * (pad + size)
        self.objects.append(
            Object(
                name=f"{shape.name}.{function}.{variable.name}",
                type=found.tag if isinstance(found, Record) else "",
                base=start,
                size=size,
                life=self.cells[task + self.stack_offsets[shape.body, function, ""]],
            )
        )
        self._register_instances(variable.type, start)

    # --- initial values -------------------------------------------------------------------------

    def _is_read(self, address: int) -> bool:
        """Whether somebody looks at a cell; the others are not kept."""
        slot = self.cells[address]
        return slot >= 0 and self.ranges[self.slots[slot].group] != (0, 0)

    def set_cell(self, address: int, value: int) -> None:
        if not self._is_read(address):
            return
        slot = self.cells[address]
        old = self.slots[slot]
        low, high = self.ranges[old.group]
        self.ranges[old.group] = (min(low, value), max(high, value))
        self.slots[slot] = msgspec.structs.replace(old, init=value)

    def set_field(self, base: int, record: Record, name: str, value: int) -> None:
        field = record.lookup(name)
        if field is not None and field.used:
            self.set_cell(base + self.layout.offset(record, name), value)

    def initialise(self) -> None:
        """Static initialisers, and the fields of the ``struct module`` objects."""
        statics = StaticValues(self.world, self.inference, self.layout, self.resolve)
        for name, variable in self.inference.variables.items():
            if variable.init is None:
                continue
            for leaf in flatten_initialiser(self.world, variable.type, variable.init):
                offset, _ = self.layout.place(variable.type, leaf.path)
                if offset < 0 or not self._is_read(self.globals[name] + offset):
                    continue
                value = statics.value(leaf.value, variable.module)
                if value is None and self.world.is_lenient(variable.place):
                    self.world.assume("initial value", f"{name}{_written(leaf.path)}", leaf.value.place)
                    continue
                if value is None:
                    raise LastputError(
                        "static-initialiser",
                        f"the initial value of {name} is no constant",
                        "set it in module_init() or BOOT()",
                        leaf.value.place,
                    )
                self.set_cell(self.globals[name] + offset, value)
        for variable, path, target in self.inference.links:
            self._link(variable, path, target)
        for module in self.world.modules:
            record = find(self.world.variables[f"module {module.name}"].type)
            assert isinstance(record, Record)
            base = self.globals[f"module {module.name}"]
            self.set_field(base, record, "name", self.strings[module.name])
            self.set_field(base, record, "text", LIFE_ALIVE)
            for field, function in (("init", module.init), ("exit", module.exit)):
                if function:
                    self.set_field(base, record, field, self.functions[function])
            deps = record.lookup("deps")
            if deps is not None and deps.used:
                start = base + self.layout.offset(record, "deps")
                for i, dep in enumerate(module.deps):
                    self.set_cell(start + i, self.globals[f"module {dep}"])

    def _link(self, variable: Variable, path: tuple[str, ...], target: Variable) -> None:
        """Lets the member ``path`` of a variable point to another variable."""
        at, type = self.globals[variable.name], find(variable.type)
        for name in path:
            record = find(type)
            field = record.lookup(name) if isinstance(record, Record) else None
            assert field is not None and isinstance(record, Record)
            at += self.layout.offset(record, name)
            type = field.type
        self.set_cell(at, self.globals[target.name])


def _written(path: tuple[Field | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step.name}" for step in path)
