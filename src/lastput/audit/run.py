"""Run rules over a tree, in processes, and put what they say into one order."""

from __future__ import annotations

__all__ = ["Outcome", "gather", "run_each", "run_rules"]

import multiprocessing
import os
import sqlite3
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import msgspec

from lastput.audit.rule import Rule
from lastput.audit.tree import OpenTree, Tree
from lastput.errors import LastputError
from lastput.facts.workers import end_all, with_parent
from lastput.schema.audit import Broken
from lastput.schema.finding import Finding, Verdict, fingerprint

Say = Callable[[str], None]
#: What a rule says, or why it could not.
Outcome = list[Finding] | Broken

_CONFIDENCE = {"high": 0, "medium": 1, "low": 2}
_VERDICT: dict[Verdict, int] = {"bug": 0, "superfluous": 1, "unjudged": 2, "safe": 3}


def run_rules(
    open_tree: OpenTree, rules: Sequence[Rule], jobs: int = 1, say: Say = lambda _: None
) -> tuple[tuple[Finding, ...], tuple[Broken, ...]]:
    """All findings, judged-safe sites included, as ``gather`` orders them, and the rules that failed.

    ``jobs`` processes run the rules; ``say`` is told the code of each rule that ended. The result does
    not depend on either.
    """
    found: list[Finding] = []
    broken: list[Broken] = []
    for _, outcome in run_each(open_tree, rules, jobs, say):
        if isinstance(outcome, Broken):
            broken.append(outcome)
        else:
            found += outcome
    return gather(found), tuple(sorted(broken, key=lambda one: one.code))


def run_each(
    open_tree: OpenTree, rules: Sequence[Rule], jobs: int = 1, say: Say = lambda _: None
) -> Iterator[tuple[Rule, Outcome]]:
    """Each rule with what it says, as it ends."""
    if jobs <= 1 or len(rules) <= 1:
        tree = open_tree()
        for rule in rules:
            yield rule, _run_one(rule, tree)
            say(rule.code)
    else:
        for rule, outcome in _in_processes(open_tree, rules, min(jobs, len(rules))):
            yield rule, outcome
            say(rule.code)


def gather(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort by place; of several findings of one rule at one place about one object keep the worst, surest
    and shortest; number alike places of a function and give each its fingerprint."""
    best: dict[tuple[object, ...], Finding] = {}
    for one in sorted(findings, key=_preference):
        best.setdefault((one.code, one.where, one.object), one)
    alike: Counter[tuple[str, ...]] = Counter()
    done = []
    for one in sorted(best.values(), key=_place):
        key = (one.code, one.where.path, one.where.function, one.object, " ".join(one.statement.split()))
        alike[key] += 1
        numbered = msgspec.structs.replace(one, ordinal=alike[key])
        done.append(msgspec.structs.replace(numbered, fingerprint=fingerprint(numbered)))
    return tuple(done)


def _place(one: Finding) -> tuple[object, ...]:
    return (one.where.path, one.where.line, one.where.column, one.code, one.object, one.message)


def _preference(one: Finding) -> tuple[object, ...]:
    size = len(one.chain) + len(one.causes)
    return (_VERDICT[one.verdict], _CONFIDENCE[one.confidence], size, *_place(one), msgspec.json.encode(one))


def _in_processes(open_tree: OpenTree, rules: Sequence[Rule], jobs: int) -> Iterator[tuple[Rule, Outcome]]:
    """One process a job; rules that are kin share what they work out, so they go to the same one."""
    context = multiprocessing.get_context("forkserver" if os.name == "posix" else None)

    def start() -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, context, _open_in_worker, (open_tree,))

    workers = [start() for _ in range(jobs)]
    homes: dict[str, int] = {}
    left = list(rules)
    running: dict[Future[Outcome], tuple[int, Rule]] = {}
    try:
        while left or running:
            for worker in sorted(set(range(jobs)) - {worker for worker, _ in running.values()}):
                if left:
                    rule = _following(left, homes, worker)
                    left.remove(rule)
                    running[workers[worker].submit(_run_in_worker, rule)] = (worker, rule)
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda one: running[one][1].code):
                worker, rule = running.pop(future)
                try:
                    yield rule, future.result()
                except BrokenProcessPool:
                    workers[worker] = start()
                    yield rule, Broken(rule.code, "its process was killed (out of memory?)")
    except BaseException:
        end_all()
        raise
    finally:
        for one in workers:
            one.shutdown(wait=False, cancel_futures=True)


def _following(left: Sequence[Rule], homes: dict[str, int], worker: int) -> Rule:
    """The rule that a free worker takes: of those whose kin it has begun with; else of the most that nobody
    has; else of those of which most are left."""
    sizes = Counter(_kin(rule) for rule in left)
    kin = min(sizes, key=lambda one: (homes.get(one, worker) != worker, one not in homes, -sizes[one]))
    homes.setdefault(kin, worker)
    return next(rule for rule in left if _kin(rule) == kin)


def _kin(rule: Rule) -> str:
    """The family of a rule. What waits under a lock is a work item or a timer, too."""
    return "WRK" if rule.family == "LCK" else rule.family


_tree: Tree | None = None  # of this worker


def _open_in_worker(open_tree: OpenTree) -> None:
    global _tree
    with_parent()
    _tree = open_tree()


def _run_in_worker(rule: Rule) -> Outcome:
    assert _tree is not None
    return _run_one(rule, _tree)


def _run_one(rule: Rule, tree: Tree) -> Outcome:
    """What one rule says; a rule that raises says nothing, and the others go on."""
    try:
        found = list(rule.run(tree.facts))
    except (LastputError, MemoryError, OSError, sqlite3.DatabaseError):
        raise  # the base is damaged, say: nothing that one rule has to do with
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        if os.environ.get("LASTPUT_DEBUG"):
            traceback.print_exc()
        return Broken(rule.code, f"{type(error).__name__}: {error} ({place})")
    wrong = next((one for one in found if one.code != rule.code), None)
    return Broken(rule.code, f"it spoke as {wrong.code}") if wrong else found
