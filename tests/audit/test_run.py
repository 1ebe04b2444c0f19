"""Rules run in any order and any number of processes, and the outcome is the same."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lastput.audit.run import _following, gather, run_rules
from lastput.errors import LastputError
from lastput.schema.finding import Finding, Where
from tests.audit.samples import TextTree, finding, rule

A = Where("a.c", 1, 1, "f")
B = Where("a.c", 9, 1, "f")


def test_alike_places_of_a_function_are_told_apart() -> None:
    """Two error paths put the same thing: two findings, whose fingerprints stay when lines move."""
    one, two = gather([finding(where=B), finding(where=A)])
    assert (one.where, two.where) == (A, B)
    assert one.fingerprint != two.fingerprint
    moved = gather([finding(where=Where("a.c", 7, 1, "f")), finding(where=Where("a.c", 70, 1, "f"))])
    assert [one.fingerprint, two.fingerprint] == [again.fingerprint for again in moved]


def test_one_place_is_told_once() -> None:
    """Of several ways to one place the worst, surest and shortest stays."""
    long, safe = finding(confidence="low"), finding(verdict="safe")
    short = finding(chain=())
    assert [one.chain for one in gather([long, safe, finding(), short])] == [()]


def test_the_order_of_arrival_is_not_seen() -> None:
    findings = [finding(where=where, object=name) for where in (A, B) for name in "abc"]
    findings += [finding(where=A, object="a", message=text) for text in ("x", "y")]
    straight = gather(findings)
    random.Random(1).shuffle(findings)
    assert gather(findings) == straight


def _say(code: str, where: Where, tree: Any) -> Iterator[Finding]:
    del tree
    yield finding(code=code, where=where)


def _fail(tree: Any) -> Iterator[Finding]:
    yield finding()
    raise KeyError("nothing there")


def _alias(tree: Any) -> Iterator[Finding]:
    yield finding(code="FIL901")


def _refuse(tree: Any) -> Iterator[Finding]:
    yield finding()
    raise LastputError("bad-facts", "damaged", "index again")


def test_processes_change_nothing(tmp_path: Path) -> None:
    rules = [rule(partial(_say, code, where), code) for code, where in (("MOD901", B), ("WRK901", A))]
    open_tree = partial(TextTree, tmp_path)
    done: list[str] = []
    assert run_rules(open_tree, rules, 2, done.append) == run_rules(open_tree, rules)
    assert sorted(done) == ["MOD901", "WRK901"]


def test_a_rule_that_fails_is_told_and_the_others_count(tmp_path: Path) -> None:
    good = rule(partial(_say, "WRK901", A), "WRK901")
    found, broken = run_rules(partial(TextTree, tmp_path), [rule(_fail), good])
    assert [one.code for one in found] == ["WRK901"]
    assert broken[0].code == "MOD901"
    assert broken[0].what.startswith("KeyError: 'nothing there' (test_run.py:")


def test_a_rule_speaks_in_its_own_name(tmp_path: Path) -> None:
    _, broken = run_rules(partial(TextTree, tmp_path), [rule(_alias)])
    assert broken[0].what == "it spoke as FIL901"


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_the_user_can_mend_ends_the_run(tmp_path: Path, jobs: int) -> None:
    rules = [rule(_refuse), rule(partial(_say, "WRK901", A), "WRK901")]
    with pytest.raises(LastputError, match="damaged") as error:
        run_rules(partial(TextTree, tmp_path), rules, jobs)
    assert str(error.value) == "damaged [bad-facts]\n  index again"


def _die(tree: Any) -> Iterator[Finding]:
    yield finding()
    os._exit(9)


def test_a_process_that_dies_is_told(tmp_path: Path) -> None:
    _, broken = run_rules(partial(TextTree, tmp_path), [rule(_die), rule(_die, "WRK901")], 2)
    assert [one.what for one in broken] == ["its process was killed (out of memory?)"] * 2


def test_a_finding_survives_json() -> None:
    data = msgspec.json.encode(finding())
    assert msgspec.json.decode(data, type=Finding) == finding()


def test_rules_of_a_family_go_to_one_process() -> None:
    """They share what they work out; a process with nothing of its own helps another."""
    left = [rule(_fail, code) for code in ("MOD901", "MOD902", "WRK901", "MOD903")]
    homes: dict[str, int] = {}
    taken = []
    for worker in (0, 1, 0, 1):
        following = _following(left, homes, worker)
        left.remove(following)
        taken.append(following.code)
    assert taken == ["MOD901", "WRK901", "MOD902", "MOD903"]
