"""From the counterexample that the checker finds to the plan for a real kernel."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from lastput.check.trace.build import Context, build
from lastput.engine.search import check
from lastput.errors import LastputError
from lastput.model.compile import compile_file
from lastput.model.options import ModelOptions
from lastput.replay import bindings, plan
from lastput.replay.derive import derive
from lastput.schema.trace import Trace

_SHELF = Path(__file__).parent.parent.parent / "litmus"


def trace_of(test: str) -> Trace:
    path = _SHELF / f"{test}.c"
    compiled = compile_file(str(path), ModelOptions(), None)
    result = check(compiled.program)
    about = Context(file=test)
    found = [build(compiled.program, one, about) for one in result.findings]
    return next(one for one in found if one.error in ("unmapped-text", "deadlock"))


def derived(test: str) -> plan.Plan:
    path = _SHELF / f"{test}.c"
    return derive(trace_of(test), bindings.read(path), path.stem, ())


def test_the_release_race_of_kvm() -> None:
    found = derived("kvm/f1-release-puts-module")
    assert [str(step) for step in found.steps] == [
        "vmm until return of module_put into kvm",
        "admin to end",
        "vmm to end",
    ]
    assert found.threads["vmm"].do == ("close vcpu_file", "close vm_file")
    assert found.threads["admin"].do == ("rmmod kvm_amd", "rmmod kvm")
    assert str(found.fixed[0]) == "vmm until last call in kvm_vm_release"
    assert (found.expect, found.module) == ("OOPS", "kvm")


def test_a_work_item_is_a_kernel_thread_and_its_module_a_driver() -> None:
    found = derived("module/selfput-in-work")
    assert [str(step) for step in found.steps] == [
        "loader starts",
        "kworker until return of module_put into work_puts_module",
        "loader to end",
        "admin to end",
        "kworker to end",
    ]
    assert found.threads["kworker"].kernel


def test_a_deadlock_is_waited_for() -> None:
    found = derived("workqueue/self-flush")
    assert [str(step) for step in found.steps] == ["loader starts", "loader to end", "wait for hung task"]
    assert found.expect == "HUNG"


def test_what_nobody_bound_is_named() -> None:
    with pytest.raises(LastputError, match="nothing says how vcpu_file is opened"):
        derive(trace_of("kvm/f1-release-puts-module"), bindings.Bindings(), "f1", ())


def test_what_a_kernel_does_not_show_is_no_plan() -> None:
    trace = msgspec.structs.replace(trace_of("workqueue/self-flush"), error="leak")
    with pytest.raises(LastputError, match="does not show leak"):
        derive(trace, bindings.Bindings(), "self-flush", ())
