"""A small assembler of IR programs, for tests."""

from __future__ import annotations

from collections.abc import Sequence

from lastput.engine.program import (
    Code,
    Instance,
    Kind,
    Location,
    Object,
    Op,
    Pool,
    Program,
    Slot,
    Text,
    Thread,
)
from lastput.errors import Place

Item = str | tuple[Op | int | str, ...]


class Step:
    """One location: ``body`` holds instructions and local labels ("name:"). Targets of jumps are
    local labels, of NEXT names of locations."""

    def __init__(
        self,
        name: str,
        kind: Kind,
        *body: Item,
        text: int = -1,
        waits: str = "",
        rest: bool = False,
    ) -> None:
        self.name = name
        self.kind = kind
        self.body = body
        self.text = text
        self.waits = waits
        self.rest = rest


END = "end"


class Build:
    def __init__(self, name: str = "test") -> None:
        self.name = name
        self.slots: list[Slot] = []
        self.ranges: list[tuple[int, int]] = []
        self.groups: dict[str, int] = {}
        self.cells: list[int] = [-1] * 8
        self.owner: list[int] = [-1] * 8
        self.objects: list[Object] = []
        self.pools: list[Pool] = []
        self.texts: list[Text] = []
        self.instances: list[Instance] = []
        self.threads: list[Thread] = []
        self.locations: list[Location] = []
        self.code: list[Code] = []
        self.messages: list[str] = []
        self.codes: list[tuple[int, int, int]] = []  # entry, end, nregs
        self.symmetric = False

    def slot(
        self, name: str, init: int = 0, hi: int = 1, lo: int = 0, pointer: bool = False, group: str = ""
    ) -> int:
        key = group or name
        if key not in self.groups:
            self.groups[key] = len(self.ranges)
            self.ranges.append((lo, hi))
        field = "" if ":" in name else key
        self.slots.append(Slot(name, self.groups[key], init, pointer, field))
        return len(self.slots) - 1

    def text(self, name: str) -> int:
        """A module; its life is a cell of its own object, at the address ``life_of_text`` gives."""
        base = self.global_(f"module:{name}", life=1)
        self.texts.append(Text(name, self.cells[base]))
        return len(self.texts) - 1

    def life_of_text(self, text: int) -> int:
        return self.cells.index(self.texts[text].life)

    def global_(
        self, name: str, text: int = -1, pointers: Sequence[str] = (), hi: int = 1, **fields: int
    ) -> int:
        """An object that is there from the start; gives its address."""
        return self._object(
            name, name, {k: (v, hi, k in pointers) for k, v in fields.items()}, -1, -1, False, text
        )

    def pool(
        self,
        type: str,
        count: int,
        fields: Sequence[str],
        pointers: Sequence[str] = (),
        hi: int = 1,
        leaks: bool = True,
    ) -> int:
        index = len(self.pools)
        first = len(self.objects)
        for k in range(count):
            life = self.slot(f"{type}#{k}.life", 0, 2, group=f"{type}.life")
            self._object(
                f"{type}#{k}", type, {f: (0, hi, f in pointers) for f in fields}, life, index, True, -1
            )
        self.pools.append(Pool(type, tuple(range(first, first + count)), leaks))
        self.instances.append(Instance(type, tuple(o.base for o in self.objects[first:])))
        return index

    def _object(
        self,
        name: str,
        type: str,
        fields: dict[str, tuple[int, int, bool]],
        life: int,
        pool: int,
        heap: bool,
        text: int,
    ) -> int:
        self.cells.append(-1)  # a pad
        self.owner.append(len(self.objects))
        base = len(self.cells)
        for field, (init, hi, pointer) in fields.items():
            self.cells.append(
                self.slot(f"{name}.{field}", init, hi, pointer=pointer, group=f"{type}.{field}")
            )
            self.owner.append(len(self.objects))
        self.objects.append(Object(name, type, base, len(fields), life, pool, heap, text))
        return base

    def routine(self, *steps: Step, nregs: int = 0) -> int:
        """Code: a list of locations, with an END location added. Gives its number."""
        first = len(self.locations)
        names = {s.name: first + i for i, s in enumerate(steps)}
        names[END] = first + len(steps)
        for s in steps:
            start = len(self.code)
            labels: dict[str, int] = {}
            count = 0
            for item in s.body:
                if isinstance(item, str):
                    labels[item.rstrip(":")] = start + count
                else:
                    count += 1
            for item in s.body:
                if isinstance(item, str):
                    continue
                table = names if item[0] == Op.NEXT else labels
                ops = [table[x] if isinstance(x, str) else int(x) for x in item]
                ops += [0] * (4 - len(ops))
                self.code.append((ops[0], ops[1], ops[2], ops[3]))
            self.locations.append(
                Location(
                    start,
                    s.kind,
                    s.text,
                    Place("test.c", len(self.locations) + 1),
                    (),
                    s.name,
                    s.waits,
                    s.rest,
                )
            )
        for _ in range(2):  # where finished threads stand, and those that were not started
            self.locations.append(
                Location(0, Kind.END, -1, Place("test.c", len(self.locations) + 1), (), END, "", True)
            )
        self.codes.append((first, first + len(steps), nregs))
        return len(self.codes) - 1

    def thread(
        self, name: str, code: int, spawned: bool = False, boot: bool = False, group: int = -1, hi: int = 1
    ) -> int:
        entry, end, nregs = self.codes[code]
        start = end + 1 if spawned else entry
        pc = self.slot(f"{name}:pc", start, end + 1, group=f"pc{code}")
        self.ranges[self.slots[pc].group] = (entry, end + 1)
        regs = len(self.slots)
        for r in range(nregs):
            self.slot(f"{name}:r{r}", 0, hi, pointer=True, group=f"code{code}:r{r}")
        task = self.global_(f"task:{name}", kthread=0)
        self.threads.append(Thread(name, code, pc, regs, nregs, start, entry, self.owner[task], group, boot))
        return len(self.threads) - 1

    def message(self, text: str) -> int:
        self.messages.append(text)
        return len(self.messages) - 1

    def done(self) -> Program:
        return Program(
            self.name,
            tuple(self.slots),
            tuple(self.ranges),
            tuple(self.cells),
            tuple(self.owner),
            tuple(self.objects),
            tuple(self.pools),
            tuple(self.instances),
            tuple(self.texts),
            tuple(self.threads),
            tuple(self.locations),
            tuple(self.code),
            tuple(self.messages),
            symmetric=self.symmetric,
        )
