"""Which call undoes which: ``misc_register()`` and ``misc_deregister()``, found by type and by name.

Kernel calls that begin something and those that end it share their words but one: ``x_register`` and
``x_unregister``, ``request_threaded_irq`` and ``free_irq``. That alone would pair too much, so the two must
also speak of one type of object: what the second takes, the first takes or returns.
"""

from __future__ import annotations

__all__ = ["Pairs", "Signature", "all_of", "names", "opposite"]

import json
import re
from functools import lru_cache

import msgspec

from lastput.facts.base import Facts

#: Words that say that something begins to be there for others: one of these makes a name a beginning.
_BEGIN = frozenset(
    (
        "register", "add", "create", "request", "install", "attach", "run", "mkdir", "insert", "hook",
        "subscribe", "start", "setup", "symlink", "bind", "connect", "enlist", "reg",
    )
)  # fmt: skip
#: Words that stand beside them, and say no more.
_FILL = frozenset(("alloc", "init", "new", "do", "devm", "the", "of", "and", "set", "noresume"))
_END = frozenset(
    (
        "unregister", "deregister", "del", "delete", "remove", "destroy", "free", "exit", "cleanup",
        "uninit", "fini", "deinit", "teardown", "uninstall", "detach", "stop", "release", "unhook",
        "unsubscribe", "unbind", "kill", "disconnect", "unset", "recursive", "dispose", "unreg",
        "dereg",
    )
)  # fmt: skip
_TAG = re.compile(r"(?:struct|union)\s+(\w+)")
_PLAIN = frozenset(("module", "device", "lock_class_key", "fwnode_handle", "device_node", "net", "pt_regs"))


#: Words of calls that end an object as a whole, not what one of its parts began.
_WHOLE = frozenset(
    ("cleanup", "destroy", "release", "fini", "dispose", "deinit", "uninit", "teardown", "free")
)


class Signature(msgspec.Struct, frozen=True):
    """A function of the kernel: the tags of the structs that it takes and returns; ``home`` is the directory
    of its definition, ``macro`` whether it is one (and has no types)."""

    name: str
    takes: tuple[str, ...]
    returns: str
    pointer: bool
    void: bool
    home: str
    macro: bool = False


class Pairs:
    """The pairs of a tree, by the name of the call that begins."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._signatures: dict[str, list[Signature]] = {}
        self._ends: dict[tuple[str, ...], list[str]] = {}
        self._at_home: dict[str, list[str]] = {}
        self._read()
        self.ends = lru_cache(maxsize=None)(self._of)

    def _read(self) -> None:
        rows = self._facts.sql(
            "SELECT f.name, f.parameters, f.returns, f.file FROM functions f JOIN files p ON p.id = f.file"
            " WHERE f.static = 0 OR p.path LIKE '%.h'"
        )
        for name, parameters, returns, file in rows:
            if begins(name) or ends(name):
                self._signatures.setdefault(name, []).append(
                    _signature(name, parameters, returns, self._facts.path(file))
                )
        for name, file in self._facts.sql(
            "SELECT m.name, m.file FROM macros m JOIN files p ON p.id = m.file"
            " WHERE m.parameters != '' AND p.path LIKE 'include/%'"
        ):
            if (begins(name) or ends(name)) and name not in self._signatures:
                home = self._facts.path(file)
                self._signatures[name] = [Signature(name, (), "", False, False, home, True)]
        for name in self._signatures:
            if ends(name):
                self._ends.setdefault(stem(name, _END), []).append(name)
                for one in self._signatures[name]:
                    self._at_home.setdefault(one.home, []).append(name)

    def signature(self, name: str) -> Signature | None:
        """What a call takes and returns; None if the tree does not define it, or in several ways."""
        found = self._signatures.get(name)
        return found[0] if found else None

    def _of(self, name: str) -> tuple[str, ...]:
        """The calls that undo one; () for a call that begins nothing. ``devm_`` forms have none."""
        if not begins(name) or name.startswith(("devm_", "drmm_", "devres_")):
            return ()
        words = stem(name, _BEGIN | _FILL)
        begin = self.signature(name)
        if begin is None or not words:
            return ()
        for part in _shorter(words):
            whole = len(part) == len(words)
            found = [
                one
                for one in self._ends.get(part, ())
                if self._fits(begin, one, whole)
                and (whole or "request" in name or not _WHOLE & set(one.split("_")))
            ]
            found += [one for one in self._longer(begin, words) if whole]
            if found:
                return tuple(sorted(found))
        return ()

    def _longer(self, begin: Signature, words: tuple[str, ...]) -> list[str]:
        """Ends of the same file that say a word more: ``remove_proc_entry`` for ``proc_mkdir``."""
        return [
            one
            for one in self._at_home.get(begin.home, ())
            if (own := stem(one, _END))[: len(words)] == words
            and own != words
            and self._fits(begin, one, False)
        ]

    def _fits(self, begin: Signature, name: str, whole: bool) -> bool:
        """Whether a call that ends speaks of what the other one began."""
        for end in self._signatures[name]:
            if begin.macro or end.macro:
                if whole or begin.home == end.home:
                    return True
                continue
            given = {*begin.takes, begin.returns} - {""}
            if set(end.takes) & (given - _PLAIN):
                return True
            if whole and not end.takes and not begin.takes:
                return True
            near = begin.home.rpartition("/")[0] == end.home.rpartition("/")[0]
            if near and (set(end.takes) & given or not end.takes) and (whole or begin.home == end.home):
                return True
        return False


def begins(name: str) -> bool:
    """Whether a name says that something begins."""
    return any(word in _BEGIN for word in name.split("_"))


def ends(name: str) -> bool:
    """Whether a name says that something ends."""
    return any(word in _END for word in name.split("_"))


def opposite(one: str, two: str) -> bool:
    """Whether ``foo_init`` and ``foo_exit``: two names that differ only in what begins and what ends."""
    words = set(one.split("_")), set(two.split("_"))
    if not words[0] & (_BEGIN | _FILL | {"probe", "open", "load"}) or not words[1] & (
        _END | {"close", "unload"}
    ):
        return False
    return stem(one, _BEGIN | _FILL | {"probe", "open", "load"}) == stem(two, _END | {"close", "unload"})


def all_of(one: str, two: str) -> bool:
    """Whether ``foo_resource_add`` and ``foo_resources_del``: the second ends all that the first began."""
    began, ended = stem(one, _BEGIN | _FILL), stem(two, _END)
    return (
        ends(two)
        and len(began) == len(ended)
        and any(word == f"{other}s" for other, word in zip(began, ended, strict=True))
        and all(word in (other, f"{other}s") for other, word in zip(began, ended, strict=True))
    )


def names(call: str, record: str) -> bool:
    """Whether a call that begins speaks of a struct as a whole: ``i2c_add_adapter`` of ``i2c_adapter``."""
    whole = record.lower().replace("_", "")
    words = [one for one in stem(call, _BEGIN | _FILL) if one not in ("one", "single")]
    return bool(words) and all(one.replace("device", "dev") in whole for one in words)


def stem(name: str, without: frozenset[str]) -> tuple[str, ...]:
    """The words of a name that say of what it speaks."""
    return tuple(one for one in name.strip("_").split("_") if one and one not in without)


def _shorter(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The words, then without the last ones, then without those before the last one."""
    found = [words]
    found += [words[:size] for size in range(len(words) - 1, 0, -1)]
    found += [words[at:] for at in range(1, len(words))]
    return list(dict.fromkeys(found))


def _signature(name: str, parameters: str, returns: str, home: str) -> Signature:
    takes = tuple(
        tag[1] for kind, _ in json.loads(parameters) if (tag := _TAG.search(kind)) is not None and "*" in kind
    )
    tag = _TAG.search(returns)
    pointer = "*" in returns
    return Signature(
        name,
        takes,
        tag[1] if tag is not None and pointer else "",
        pointer,
        returns.split()[-1:] == ["void"],
        home,
    )
