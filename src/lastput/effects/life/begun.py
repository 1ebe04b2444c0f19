"""What the functions of a module begin, and what its functions end: registrations, interrupts, threads.

A call of the core begins something live if it is given a function of the module, or an object from which the
core comes to functions, and if some other call undoes it (``pairs``). The other way to publish is to store a
function or a table in a pointer that the core reads.
"""

from __future__ import annotations

__all__ = ["PLACES", "Begun", "Life", "Undo", "plain"]

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property, lru_cache

import msgspec

from lastput.c.raw.heads import split_arguments
from lastput.effects.life.callable import Callable
from lastput.effects.life.pairs import Pairs
from lastput.facts.api import API
from lastput.facts.base import Facts

#: What a call begins when it is given a function, or makes a thread.
_ROLES = {name: one.role for one in API.callback for name in one.names}
_ROLES |= {"kthread_create_worker": "kthread", "kthread_run_worker": "kthread"}
#: Roles that are set up by one call and armed by another: they are live from the second one on.
_ARMED = (
    "timer",
    "hrtimer",
    "work",
    "delayed_work",
    "tasklet",
    "kthread_work",
    "irq_work",
    "task_work",
    "rcu",
)
#: Words of calls that only count if they are given a function: they also begin much that nobody can enter.
_WEAK = frozenset(
    ("start", "attach", "connect", "setup", "bind", "request", "run", "enlist", "symlink", "reg")
)
_STRONG = frozenset(
    ("register", "add", "create", "install", "insert", "hook", "subscribe", "mkdir"),
)
#: Structs that belong to whoever calls: that a function takes one says nothing of what it begins.
PLACES = frozenset(
    (
        "device", "module", "net", "pci_dev", "platform_device", "i2c_client", "usb_interface",
        "usb_device", "spi_device", "device_node", "fwnode_handle", "acpi_device", "inode", "dentry",
        "file", "task_struct", "mm_struct", "bio", "sk_buff", "sock", "socket", "page", "folio",
        "list_head", "hlist_node", "hlist_head", "rb_node", "request_queue", "amba_device", "sdio_func",
        "dma_chan", "clk", "regmap", "completion", "wait_queue_entry", "wait_queue_head", "timer_list",
        "hrtimer", "napi_struct", "work_struct", "delayed_work", "kmem_cache", "xarray",
        "radix_tree_root", "idr", "rhashtable", "rhash_head", "request", "dma_pool", "mutex",
        "resource",
    )
)  # fmt: skip
_STORES = ("RCU_INIT_POINTER", "rcu_assign_pointer")
_NOTHING = ("NULL", "0", "", "THIS_MODULE")
_NAME = re.compile(r"^&?\s*([A-Za-z_]\w*)$")


class Begun(msgspec.Struct, frozen=True):
    """``call`` at ``seq`` of ``function`` begins something that one of ``ends`` undoes; ``role`` as in
    api.toml (``irq``, ``kthread``), "" for a registration."""

    function: int
    file: int
    seq: int
    line: int
    call: str
    arguments: tuple[str, ...]
    result: str
    use: str
    ends: tuple[str, ...]
    role: str = ""


class Undo(msgspec.Struct, frozen=True):
    """A call that ends something."""

    function: int
    file: int
    seq: int
    line: int
    call: str
    arguments: tuple[str, ...]


class Life:
    """What is begun and ended in a tree, by file."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.pairs = facts.once(Pairs)
        self._callable = facts.once(Callable)
        self.makes_live = lru_cache(maxsize=None)(self._makes_live)

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        """Calls that begin, with those that end."""
        rows = self.facts.sql("SELECT name FROM names")
        known = {
            name: ends
            for (name,) in rows
            if _ROLES.get(name) not in _ARMED and (ends := self.pairs.ends(name)) and self.makes_live(name)
        }
        return {**known, **{name: (name,) for name in _STORES}}

    def _makes_live(self, name: str) -> int:
        """2 if whatever a call begins is live, 1 if it is so only with a function among its arguments, 0
        if it publishes nothing."""
        words = frozenset(name.split("_"))
        signature = self.pairs.signature(name)
        if name in _ROLES or (words & _WEAK and not words & _STRONG):
            return 2 if _ROLES.get(name) == "kthread" else 1
        if signature is None or signature.macro:
            return 1
        if self._only_sets(name):
            return 0
        given = {*signature.takes, signature.returns} - {""}
        ends = [self.pairs.signature(one) for one in self.pairs.ends(name)]
        taken = {tag for one in ends if one is not None for tag in one.takes}
        both = (given & taken) - (PLACES - {signature.returns})
        return 2 if any(self._callable.of(one) for one in both) else 1

    def _only_sets(self, name: str) -> bool:
        """Whether a function calls nothing: then it tells nobody of what it is given."""
        rows = self.facts.sql(
            "SELECT (SELECT count(*) FROM call_row c WHERE c.function = f.id) FROM functions f"
            " WHERE f.name = ?",
            name,
        )
        return bool(rows) and all(row[0] == 0 for row in rows)

    @cached_property
    def begun(self) -> dict[int, list[Begun]]:
        """What each file begins."""
        found: defaultdict[int, list[Begun]] = defaultdict(list)
        for row in self._calls(self._names):
            name, function, file, seq, line, arguments, use, result = row
            one = self._begun(name, function, file, seq, line, arguments, use, result)
            if one is not None:
                found[file].append(one)
        return found

    @cached_property
    def managed(self) -> dict[int, list[str]]:
        """The registrations of each file that devm takes back: names of the calls, without ``devm_``."""
        found: defaultdict[int, list[str]] = defaultdict(list)
        rows = self.facts.sql(
            "SELECT DISTINCT f.file, n.name FROM names n CROSS JOIN call_row c ON c.name = n.id"
            " JOIN functions f ON f.id = c.function WHERE n.name LIKE 'devm\\_%' ESCAPE '\\'"
            " ORDER BY f.file, n.name"
        )
        live = lru_cache(maxsize=None)(
            lambda name: bool(self.pairs.ends(name)) and self.makes_live(name) == 2
        )
        for file, name in rows:
            base = name.removeprefix("devm_")
            if live(base):
                found[file].append(base)
        return found

    @cached_property
    def undone(self) -> dict[int, list[Undo]]:
        """What each file ends."""
        ends = {end for ends in self._names.values() for end in ends}
        found: defaultdict[int, list[Undo]] = defaultdict(list)
        for name, function, file, seq, line, arguments, _, _ in self._calls(ends):
            given = tuple(split_arguments(arguments))
            if name in _STORES and given[1:] != ("NULL",):
                continue
            found[file].append(Undo(function, file, seq, line, name, given))
        return found

    def _begun(
        self, name: str, function: int, file: int, seq: int, line: int, arguments: str, use: str, result: str
    ) -> Begun | None:
        given = tuple(split_arguments(arguments))
        if name in _STORES:
            if len(given) != 2 or not _NAME.match(given[0]) or not self._publishes(given[1], file):
                return None
        elif self.makes_live(name) == 1 and not any(self._is_function(one, file) for one in given):
            return None
        ends = self._names[name]
        return Begun(function, file, seq, line, name, given, result, use, ends, _ROLES.get(name, ""))

    def _publishes(self, text: str, file: int) -> bool:
        name = _NAME.match(text)
        if name is None:
            return False
        if text.startswith("&"):
            return bool(
                self.facts.sql("SELECT 1 FROM variables WHERE name = ? AND file = ? LIMIT 1", name[1], file)
            )
        return self._is_function(text, file)

    def _is_function(self, text: str, file: int) -> bool:
        """Whether an argument is a function of the same file, or one that only other files can see."""
        name = _NAME.match(text)
        if name is None or name[1] in _NOTHING or name[1].isupper():
            return False
        return name[1] in self._functions.get(file, frozenset())

    def handle(self, begun: Begun) -> str:
        """The expression that a pointer to what was begun is stored in; "" if the call returns none."""
        signature = self.pairs.signature(begun.call)
        pointer = begun.role == "kthread" or (signature is not None and signature.pointer)
        return begun.result if pointer else ""

    @cached_property
    def _functions(self) -> dict[int, frozenset[str]]:
        """The functions of a file that are handed to calls."""
        found: defaultdict[int, set[str]] = defaultdict(set)
        for file, target in self.facts.sql("SELECT file, target FROM callbacks"):
            found[file].add(target.lstrip("& "))
        return {file: frozenset(names) for file, names in found.items()}

    def _calls(self, names: Collection[str]) -> Iterable[tuple[str, int, int, int, int, str, str, str]]:
        wanted = sorted(names)
        for start in range(0, len(wanted), 400):
            part = wanted[start : start + 400]
            yield from self.facts.sql(
                "SELECT n.name, c.function, f.file, c.seq, c.line, c.arguments, c.use, c.result FROM names n"
                " CROSS JOIN call_row c ON c.name = n.id JOIN functions f ON f.id = c.function"
                f" WHERE n.name IN ({', '.join('?' * len(part))}) AND c.receiver = ''"
                " ORDER BY c.function, c.seq",
                *part,
            )


def plain(text: str) -> str:
    """An expression without blanks, indexes, the address and the parentheses around it."""
    return re.sub(r"\s+|\[[^\]]*\]|^[&(]+|\)+$", "", text)
