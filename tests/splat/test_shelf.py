"""Which litmus tests an answer names. Asked of a few tests, so that a new one changes nothing here."""

from __future__ import annotations

import argparse
from functools import cache

import pytest

from lastput.cli.run_explain import explain
from lastput.cli.shelf_tests import shelf_tests
from lastput.schema.splat import Explanation
from lastput.show.explain import render
from lastput.splat.shelf import ShelfTest
from tests.splat.corpus import LOGS

_SOME = (
    "kvm/e4-flush-and-vm-reference",
    "kvm/original-flushes-itself",
    "kvm/selfput-in-work",
    "module/preempt-full",
    "file/owner-missing",
)


@cache
def _some() -> tuple[ShelfTest, ...]:
    return tuple(one for one in shelf_tests() if one.name in _SOME)


def _explained(name: str) -> Explanation:
    args = argparse.Namespace(max_reports=200, tree=None, symbols=[], vmlinux=[], module_base=[])
    with (LOGS / f"{name}.txt").open("rb") as stream:
        return explain(stream, f"{name}.txt", args, _some)


def test_all_of_them_are_there() -> None:
    assert {one.name for one in _some()} == set(_SOME)
    assert all(one.question and one.errors for one in shelf_tests())


@pytest.mark.parametrize(
    ("log", "names"),
    [
        ("mail-hung-kworker", ["kvm/e4-flush-and-vm-reference", "kvm/original-flushes-itself"]),
        ("text-gone-in-work", ["kvm/selfput-in-work", "module/preempt-full"]),
        ("hung-io", []),
        ("bug-on", []),
    ],
)
def test_the_tests_that_are_named(log: str, names: list[str]) -> None:
    assert [one.name for one in _explained(log).reports[0].tests] == names


def test_the_page_shows_what_is_printed() -> None:
    """docs/explain.md quotes an explanation word for word."""
    page = (LOGS.parent.parent.parent / "docs" / "explain.md").read_text()
    text = render(_explained("mail-hung-kworker"))
    quoted = "".join(f"    {line}" if line.strip() else line for line in text.splitlines(True))
    assert quoted.strip("\n") in page
