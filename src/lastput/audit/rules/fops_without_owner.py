"""A file's operations lie in a module that an open file does not pin.

What it finds
    A ``struct file_operations`` of code that can be a module, without an owner, that is given to a
    function which makes files of it: misc_register(), cdev_init(), register_chrdev(),
    debugfs_create_file(), anon_inode_getfd() and their kin.

Why it breaks
    Opening a file takes a reference to ``f_op->owner``, and closing it puts that reference after
    ``->release()`` has returned. Without an owner the module can be removed while the file is open: the
    next operation, at the latest ``->release()``, runs in text that is gone.

    debugfs puts a table of its own in between, which refuses operations once the file is removed and makes
    debugfs_remove() wait for those that run. It does not do so for the close: full_proxy_release() reads
    ``->release`` and ``->owner`` of the module's table, which is gone with the module, whatever it holds.

Example
    static const struct file_operations foo_fops = {
            .open = foo_open,
            .release = foo_release,
    };
    static struct miscdevice foo_misc = { .fops = &foo_fops };

Instead
    Set ``.owner = THIS_MODULE``, or the owner that the caller gave, before the first file is made.

How lastput knows
    The initialiser has no owner; nothing in the tree stores one into the table; the table's address goes
    to a call of the list above or to a function that hands it on to one, or into a struct from which the core
    takes it by fops_get() at each open, as from a miscdevice or a drm_driver, and not to a cdev with an owner
    of its own; Kbuild can make the file part of a module, and the module can be unloaded:
    it has an exit function, or no init function. Where ``->open()`` takes a module reference by itself, or
    gives the file other operations, confidence is low: then only the callbacks' first and last steps
    are open. Where ``->release()`` comes to a module_put(), the chain to it is shown. The debugfs tables of
    one file are one finding, at the first of them.

Known limits
    A table that is copied, and whose copy gets the owner, is not followed: only tables that are
    themselves published are reported. Files of a mounted filesystem need no owner, and are not. That a
    file can be open while the module goes is taken for granted where nothing of the above pins it.

History
    f_op->owner is taken in do_dentry_open() (fs/open.c) and put in __fput() (fs/file_table.c), 6.12.
    Commit 087e15206d6a ("KVM: Set file_operations.owner appropriately for all such structures") set the
    owners of KVM's anonymous files at run time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from lastput.audit.claims import site
from lastput.audit.ownpin import GETS, PUTS, Reached, callback, reach
from lastput.audit.publishers import publishers
from lastput.effects.typing.keys import Typing
from lastput.facts.base import Facts, argument, member
from lastput.facts.bodies import Bodies
from lastput.facts.modules import ModuleFact, entries_of, modules_of
from lastput.schema.claim import Claim
from lastput.schema.finding import Cause, Confidence, Evidence, Finding, Link, Where

CODE = "FIL001"
NAME = "fops-without-owner"

_CONFIDENCE: dict[str, Confidence] = {"cdev": "high", "anon": "high", "misc": "high", "debugfs": "medium"}

_TABLES = """
    SELECT v.id, v.file, p.path, v.name, v.line, v.static FROM variables v JOIN files p ON p.id = v.file
    WHERE v.type = 'file_operations' AND p.path LIKE '%.c'
    AND NOT EXISTS (SELECT 1 FROM field_row r WHERE r.variable = v.id AND r.field = 'owner')
    AND EXISTS (SELECT 1 FROM field_row r WHERE r.variable = v.id)
    ORDER BY p.path, v.line
"""
_CALLS = """
    SELECT f.file, n.name, c.arguments, c.line, f.name, f.id FROM names n
    CROSS JOIN call_row c ON c.name = n.id JOIN functions f ON f.id = c.function
    WHERE n.name IN ({}) AND c.receiver = '' ORDER BY f.file, c.line
"""
_FIELDS = """
    SELECT v.name, r.line, v.type, r.field FROM field_row r JOIN variables v ON v.id = r.variable
    WHERE v.file = ? AND r.value = ? ORDER BY r.line
"""
_OWNER_STORES = """
    SELECT s.target, s.line, f.name, f.file FROM stores s JOIN functions f ON f.id = s.function
    WHERE s.field = 'owner' ORDER BY s.line
"""


class _Known:
    """What is looked up for each table: who makes files of one, and which fields ``owner`` are stored to."""

    def __init__(self, facts: Facts) -> None:
        self.publishers = publishers(facts)
        self.opened = _opened(facts)
        self.calls: dict[int, list[tuple[str, str, int, str, int]]] = {}
        names = ("misc_register", *self.publishers)
        for file, *call in facts.sql(_CALLS.format(", ".join("?" * len(names))), *names):
            name, arguments, line, function, identifier = call
            self.calls.setdefault(file, []).append((name, arguments, line, function, identifier))
        #: Files in which ``foo_fops.owner`` is stored to, by that text; target, line and function by file.
        self.storing: dict[str, list[int]] = {}
        self.stores: dict[int, list[tuple[str, int, str]]] = {}
        for target, line, function, file in facts.sql(_OWNER_STORES):
            self.storing.setdefault(target, []).append(file)
            self.stores.setdefault(file, []).append((target, line, function))


def _opened(facts: Facts) -> frozenset[tuple[str, str]]:
    """Structs of the core, and their members, whose table it takes for each open: by fops_get()."""
    typing = facts.once(Typing)
    found = {("miscdevice", "fops")}
    for call in facts.calls_of(("fops_get",)):
        given = re.sub(r"\[[^\]]*\]", "", call.argument(0))
        holder, arrow, field = given.rpartition("->")
        record = typing.record(call.function, holder) if arrow else ""
        if record and field.isidentifier() and field != "f_op" and record != "inode":
            found.add((record, field))
    return frozenset(found)


class _Published(msgspec.Struct, frozen=True):
    """Where files are made of a table, and by what."""

    where: Where
    api: str
    kind: str


def run(facts: Facts) -> Iterator[Finding]:
    known = _Known(facts)
    alike: dict[tuple[int, str, str], list[Finding]] = {}
    for variable, file, path, name, line, static in facts.sql(_TABLES):
        modules = [one for one in modules_of(facts, path) if one.modular and _unloadable(facts, one)]
        if not modules or _owner_is_stored(known, name, file, static):
            continue
        published = _published(facts, file, path, name, known)
        if published is not None:
            one = _finding(facts, known, variable, file, Where(path, line), name, modules[0], published)
            if one.kind == "debugfs":
                alike.setdefault((file, modules[0].name, one.confidence), []).append(one)
            else:
                yield one
    for findings in alike.values():
        yield _together(findings)


def _together(findings: list[Finding]) -> Finding:
    """The debugfs tables of one file, which one habit leaves without owner, as one finding at the first."""
    first, others = findings[0], findings[1:]
    if not others:
        return first
    tables = f"{len(others)} more tables" if len(others) > 1 else others[0].object
    module = first.text[0]
    return msgspec.structs.replace(
        first,
        message=f"{first.object} and {tables} have no owner: an open file does not keep {module} loaded",
        object=", ".join(one.object for one in findings),
        causes=(
            first.causes[0],
            *(Cause(one.where, f"{one.object} has no owner either") for one in others),
            *first.causes[1:],
        ),
        evidence=(
            *first.evidence,
            *(one for other in others for one in other.evidence if one.searched),
        ),
        remedy="give each of them .owner = THIS_MODULE",
    )


def _unloadable(facts: Facts, module: ModuleFact) -> bool:
    roles = {one.role for one in entries_of(facts, module.id)}
    return "exit" in roles or "init" not in roles


def _owner_is_stored(known: _Known, name: str, file: int, static: bool) -> bool:
    files = known.storing.get(f"{name}.owner", ())
    return file in files if static else bool(files)


def _cdev_owned(known: _Known, file: int, cdev: str) -> bool:
    """Whether the file gives a cdev of that name an owner: __fput() puts it after the release, too."""
    targets = (row[0] for row in known.stores.get(file, ()))
    return any(member(re.sub(r"(->|\.)owner$", "", target)) == member(cdev) for target in targets)


def _published(facts: Facts, file: int, path: str, name: str, known: _Known) -> _Published | None:
    """The first place in its own file where files are made of the table."""
    registering: list[int] = []
    for api, arguments, line, function, identifier in known.calls.get(file, ()):
        publisher = known.publishers.get(api)
        if api == "misc_register":
            registering.append(identifier)
        if (
            publisher
            and argument(arguments, publisher.table) == f"&{name}"
            and not (api == "cdev_init" and _cdev_owned(known, file, argument(arguments, 0)))
        ):
            return _Published(Where(path, line, 0, function), f"{api}()", publisher.kind)
    for device, line, kind, field in facts.sql(_FIELDS, file, f"&{name}"):
        if (kind, field) in known.opened:
            return _Published(Where(path, line), f"struct {kind} {device}", "misc")
    return _filled(facts, registering, path, name)


def _filled(facts: Facts, registering: list[int], path: str, name: str) -> _Published | None:
    """A miscdevice that gets the table in the function that registers it."""
    for function in dict.fromkeys(registering):
        graph = facts.once(Bodies).graph(function)
        for node in graph.nodes if graph is not None else ():
            for write in node.writes:
                if write.value == f"&{name}" and re.search(r"(->|\.)fops$", write.target):
                    device = re.sub(r"(->|\.)fops$", "", write.target)
                    where = Where(path, node.line, 0, facts.function(function).name)
                    return _Published(where, f"the miscdevice {device}", "misc")
    return None


def _finding(
    facts: Facts,
    known: _Known,
    variable: int,
    file: int,
    where: Where,
    name: str,
    module: ModuleFact,
    published: _Published,
) -> Finding:
    fields = facts.sql("SELECT field, value, line FROM field_row WHERE variable = ? ORDER BY id", variable)
    last = next((row for row in fields if row[0] == "release"), fields[0])
    opened = callback(facts, variable, "open", file)
    pin = reach(facts, opened, GETS) if opened else None
    release = callback(facts, variable, "release", file)
    put = reach(facts, release, PUTS) if release else None
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="low" if pin else _CONFIDENCE[published.kind],
        message=f"{name} has no owner: an open file does not keep {module.name} loaded",
        where=where,
        kind=published.kind,
        object=name,
        statement=f"struct file_operations {name}",
        causes=tuple(_causes(facts, known, file, where, name, module, published, last, put)),
        evidence=(
            Evidence("module", f"{module.name} can be a module, and can be unloaded"),
            Evidence("pin", "the initialiser has no owner", where=where),
            Evidence("pin", f"nothing stores an owner into {name}", searched=(where, published.where)),
            *([Evidence("pin", f"->open() comes to {pin.call}()", where=pin.where)] if pin else []),
        ),
        chain=_chain(facts, put) if put else (),
        remedy=f"{name}.owner = THIS_MODULE, or the module that the callbacks also run in",
        depends_on=(f"what {pin.call}() in ->open() pins does not depend on {module.name}",) if pin else (),
        text=(module.name,),
        claim=Claim(
            "unmapped-text",
            name,
            (
                site("publish", published.where, text=name, detail=published.api),
                site("ops", where, thing="struct file_operations", text=name, detail="no owner"),
                site("callback", Where(where.path, last[2]), text=last[1], detail=last[0]),
            ),
            f"{name}.owner = THIS_MODULE",
            1,
        ),
    )


def _causes(
    facts: Facts,
    known: _Known,
    file: int,
    where: Where,
    name: str,
    module: ModuleFact,
    published: _Published,
    last: tuple[str, str, int],
    put: Reached | None,
) -> Iterator[Cause]:
    yield Cause(published.where, f"files are made of {name} by {published.api}")
    for target, line, function in known.stores.get(file, ()):
        table = target.rpartition(".")[0]
        if facts.sql(
            "SELECT 1 FROM variables WHERE file = ? AND name = ? AND type = 'file_operations'", file, table
        ):
            yield Cause(
                Where(where.path, line, 0, function), f"{table} is given an owner here, {name} is not"
            )
            break
    yield Cause(where, f"opening one takes no reference to {module.name}: {name} has no owner")
    if put is not None:
        yield Cause(
            put.where,
            f"{put.call}() here comes before the return of {last[1]}(), which nothing else pins",
        )
    place = Where(where.path, last[2])
    if published.kind == "debugfs":
        yield Cause(
            place,
            f"closing one after rmmod {module.name} reads {name}, which is gone: removing a debugfs file"
            " does not wait for the close",
        )
    else:
        yield Cause(place, f".{last[0]} = {last[1]} is used after rmmod {module.name}, which nothing refuses")


def _chain(facts: Facts, put: Reached) -> tuple[Link, ...]:
    """From the core's close of a file down to the put."""
    for core in facts.functions("__fput"):
        for call in facts.calls_in(core.id):
            if call.name == "release":
                head = Link(core.name, Where(core.path, call.line, 0, core.name))
                first, *rest = put.chain
                return (head, Link(first.function, first.where, "file_operations.release"), *rest)
    return put.chain
