"""A few directories of Debian's kernel: what the fact base says of code that people wrote."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from lastput.facts.base import Facts
from lastput.facts.index import update
from tests.conftest import keep

pytestmark = pytest.mark.needs_tree

_WANTED = ("virt/kvm/", "include/linux/", "drivers/watchdog/")


@pytest.fixture(scope="module")
def facts(tree_6_12: Path, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    top = tmp_path_factory.mktemp("linux")
    with tarfile.open(tree_6_12) as archive:
        for member in archive:
            name = member.name.partition("/")[2]
            if member.isreg() and name.startswith(_WANTED):
                keep(archive, member, top / member.name)
    (tree,) = top.iterdir()
    report = update(tree, top / "cache")
    assert not report.skipped
    assert not report.unbalanced
    return Facts(tree, report.database)


def test_kvm_stores_its_owner_at_run_time(facts: Facts) -> None:
    rows = facts.sql("SELECT target, value FROM stores WHERE field = 'owner' AND value = 'module'")
    assert ("kvm_vm_fops.owner", "module") in rows
    (put,) = facts.functions("kvm_put_kvm")
    assert "kvm_destroy_vm" in [call.name for call in facts.calls_in(put.id)]


def test_macros_of_the_core_make_tables_with_an_owner(facts: Facts) -> None:
    rows = facts.sql(
        "SELECT f.value, count(*) FROM fields f JOIN variables v ON v.id = f.variable"
        " WHERE v.macro = 'DEFINE_SHOW_ATTRIBUTE' AND f.field = 'owner' GROUP BY 1"
    )
    assert [row[0] for row in rows] == ["THIS_MODULE"]


def test_driver_macros_end_modules(facts: Facts) -> None:
    (count,) = facts.sql(
        "SELECT count(*) FROM entries WHERE role = 'exit' AND via = 'module_platform_driver'"
    )[0]
    assert count > 50
