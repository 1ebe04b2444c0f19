"""The heap that a test starts from: one object of each type, with the pointers between them set.

That is lazy initialisation (Khurshid, Pasareanu, Visser, TACAS 2003) done before the first step, because
the heap is shared: a pointer to a struct leads to the one object of that type. What a function looks at is
known only after a first compilation, so the caller goes round until nothing new is asked for.
"""

from __future__ import annotations

__all__ = ["Heap", "grown"]

from collections.abc import Collection, Iterable

import msgspec

from lastput.model.shapes import Shape
from lastput.prove.arguments import object_of

#: Structs of the modelled kernel that it sets up itself, and what initialises those that are embedded.
_INITIALISERS = {
    "list_head": "INIT_LIST_HEAD(&{0});",
    "mutex": "mutex_init(&{0});",
    "spinlock": "spin_lock_init(&{0});",
    "raw_spinlock": "raw_spin_lock_init(&{0});",
    "rw_semaphore": "init_rwsem(&{0});",
    "wait_queue_head": "init_waitqueue_head(&{0});",
    "completion": "init_completion(&{0});",
}
_KERNELS = frozenset(
    {*_INITIALISERS, "task_struct", "module", "workqueue_struct", "rcu_head", "lock_class_key"}
)


class Heap(msgspec.Struct, frozen=True):
    """``tags`` are the types of which there is an object of the test's own, ``borrowed`` those of which it
    has one that somebody else counts (a variable: nobody frees it), ``pointers`` and ``numbers`` what is
    set in them: (struct, path, target) and (struct, path)."""

    tags: tuple[str, ...] = ()
    borrowed: tuple[str, ...] = ()
    pointers: tuple[tuple[str, str, str], ...] = ()
    embedded: tuple[tuple[str, str, str], ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()

    @property
    def declarations(self) -> tuple[str, ...]:
        """The variables that point to the objects."""
        lines = [f"static struct {tag} *{object_of(tag)};" for tag in self.tags]
        for tag in self.borrowed:
            lines += [f"static struct {tag} borrowed_{tag};", f"static struct {tag} *{object_of(tag)};"]
        return tuple(lines)

    @property
    def boot(self) -> tuple[str, ...]:
        """The statements that build it."""
        lines = [f"{object_of(tag)} = kzalloc(sizeof(struct {tag}), GFP_KERNEL);" for tag in self.tags]
        lines += [f"{object_of(tag)} = &borrowed_{tag};" for tag in self.borrowed]
        lines += [_INITIALISERS[to].format(_path(tag, path)) for tag, path, to in self.embedded]
        lines += [f"{_path(tag, path)} = {object_of(to)};" for tag, path, to in self.pointers]
        return tuple(lines)

    def numbers_set(self, most: int) -> tuple[str, ...]:
        """The statements that give the first ``most`` numbers that are read any value."""
        return tuple(f"{_path(tag, path)} = any_number();" for tag, path in self.numbers[:most])


def grown(
    heap: Heap,
    tags: Iterable[str],
    shapes: Iterable[Shape],
    counted: Collection[str],
    links: Iterable[tuple[str, str, str]] = (),
) -> Heap:
    """The heap with an object for each of ``tags``, and for what is reached from them by the members that
    ``shapes`` say are used, and by the untyped ones of ``links``. Those of the types in ``counted`` are
    borrowed."""
    untyped: dict[str, dict[str, str]] = {}
    for host, path, to in links:
        untyped.setdefault(host, {}).setdefault(path, to)
    members: dict[str, list[Shape]] = {}
    for shape in shapes:
        members.setdefault(shape.record, []).append(shape)
    found = dict.fromkeys((*heap.tags, *heap.borrowed, *tags))
    pending = list(found)
    pointers: list[tuple[str, str, str]] = []
    embedded: list[tuple[str, str, str]] = []
    numbers: list[tuple[str, str]] = []
    while pending:
        tag = pending.pop(0)
        inner = tuple(one.path + "." for one in members.get(tag, ()) if one.to in _KERNELS)
        for one in members.get(tag, ()):
            if inner and one.path.startswith(inner):
                continue
            if one.kind == "record" and one.to in _INITIALISERS:
                embedded.append((tag, one.path, one.to))
            elif one.kind == "pointer" and one.to not in _KERNELS:
                pointers.append((tag, one.path, one.to))
                if one.to not in found:
                    found[one.to] = None
                    pending.append(one.to)
            elif one.kind == "number":
                numbers.append((tag, one.path))
        typed = {path for host, path, _ in pointers if host == tag}
        for path, to in untyped.get(tag, {}).items():
            if path not in typed:
                pointers.append((tag, path, to))
                if to not in found:
                    found[to] = None
                    pending.append(to)
    own = tuple(tag for tag in found if tag not in counted)
    borrowed = tuple(tag for tag in found if tag in counted)
    return Heap(own, borrowed, tuple(pointers), tuple(embedded), tuple(numbers))


def _path(tag: str, path: str) -> str:
    return f"{object_of(tag)}->{path}"
