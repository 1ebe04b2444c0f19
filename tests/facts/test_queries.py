"""What rules ask: calls, roles, modules, candidates, counting calls, locks."""

from __future__ import annotations

from lastput.facts.base import Facts, member
from lastput.facts.lockstate import locks_held
from lastput.facts.modules import can_be_module, dependencies, entries_of, modules_of
from lastput.facts.resolve import callees, callers, closure, resolve
from lastput.facts.roles import roles
from lastput.facts.wrappers import counting_calls


def test_calls(facts: Facts) -> None:
    (start,) = facts.functions("foo_start")
    rows = [(call.receiver, call.name, call.use, call.result, call.line) for call in facts.calls_in(start.id)]
    assert rows == [
        ("f->ops->", "open", "assigned", "err", 12),
        ("", "INIT_WORK", "ignored", "", 13),
        ("", "schedule_work", "ignored", "", 15),
    ]
    (got,) = facts.calls_of(["try_module_get"])
    assert (got.argument(0), got.argument(1), got.use) == ("THIS_MODULE", "", "returned")


def test_a_static_name_means_its_own_file(facts: Facts) -> None:
    ops, bar = (
        facts.functions("open", "drivers/foo/ops.c")[0],
        facts.functions("open", "drivers/foo/bar.c")[0],
    )
    assert resolve(facts, "open", ops.file) == (ops.id,)
    assert resolve(facts, "open", bar.file) == (bar.id,)


def test_indirect_calls_resolve_by_type(facts: Facts) -> None:
    (start,) = facts.functions("foo_start")
    (candidate,) = callees(facts, facts.calls_in(start.id)[0])
    assert (facts.function(candidate.function).path, candidate.how) == ("drivers/foo/ops.c", "ops")


def test_callers_and_closure(facts: Facts) -> None:
    (put,) = facts.functions("foo_put")
    assert [facts.function(call.function).name for call in callers(facts, put.id)] == ["work_fn"]
    (work,) = facts.functions("work_fn")
    assert {facts.function(one).name for one in closure(facts, [work.id])} == {"work_fn", "foo_put"}


def test_roles(facts: Facts) -> None:
    def of(name: str) -> list[tuple[str, str, str]]:
        return [(one.role, one.object, one.via) for one in roles(facts, facts.functions(name)[0].id)]

    assert of("work_fn") == [("work", "&f->work", "INIT_WORK")]
    assert of("foo_free") == [("release", "&f->ref", "kref_put")]
    assert of("foo_start") == [("exported", "", "EXPORT_SYMBOL_GPL")]
    assert of("foo_exit") == [("module_exit", "", "module_exit")]
    assert ("ops", "foo_ops", "the_ops.open") in of("open") or ("ops", "foo_ops", "the_ops.open") in [
        (one.role, one.object, one.via)
        for one in roles(facts, facts.functions("open", "drivers/foo/ops.c")[0].id)
    ]


def test_modules(facts: Facts) -> None:
    assert [one.name for one in modules_of(facts, "drivers/foo/ops.c")] == ["foo"]
    assert can_be_module(facts, "drivers/foo/core.c") is True
    assert can_be_module(facts, "drivers/foo/bar.c") is False
    assert can_be_module(facts, "include/linux/foo.h") is None
    (bar,) = modules_of(facts, "drivers/foo/bar.c")
    assert dependencies(facts, bar.id) == {"foo": ["foo_start"]}


def test_driver_macros_are_found_by_their_definition(facts: Facts) -> None:
    (bar,) = modules_of(facts, "drivers/foo/bar.c")
    assert [(one.role, one.target, one.object, one.via) for one in entries_of(facts, bar.id)] == [
        ("init", "foo_register", "bar_driver", "module_foo_driver"),
        ("exit", "foo_unregister", "bar_driver", "module_foo_driver"),
    ]


def test_stores_and_fields(facts: Facts) -> None:
    assert facts.sql("SELECT target, value FROM stores") == [("foo_fops.owner", "THIS_MODULE")]
    assert facts.sql("SELECT variable_name, path, value FROM fields WHERE type = 'foo_ops'") == [
        ("the_ops", "open", "open")
    ]
    assert facts.sql("SELECT record, field FROM records WHERE type = 'work_struct'") == [("foo", "work")]


def test_forwarders(facts: Facts) -> None:
    found = {one.name: one for one in counting_calls(facts, ("kref",))}
    assert (found["foo_put"].action, found["foo_put"].parameter, found["foo_put"].through) == (
        "put",
        0,
        "kref_put",
    )
    assert found["foo_put_macro"].counter == "&(f)->ref"


def test_locks(facts: Facts) -> None:
    (start,) = facts.functions("foo_start")
    graph = facts.graph(start.id)
    assert graph is not None
    assert set(locks_held(graph).values()) == {frozenset()}


def test_member() -> None:
    assert [member(text) for text in ("&p->a.work", "work", "&x->w[i]", "&(p)->ref", "")] == [
        "work", "work", "w", "ref", "",
    ]  # fmt: skip
