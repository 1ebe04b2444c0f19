"""Every log of the corpus, explained. LASTPUT_ACCEPT=1 writes the golden texts anew.

The litmus tests that an answer names are left out here: ``test_shelf.py`` has them.
"""

from __future__ import annotations

import argparse
import os

import pytest

from lastput.audit.registry import all_rules
from lastput.cli.run_explain import explain
from lastput.schema.splat import Explanation
from lastput.show.explain import render
from tests.splat.corpus import GOLDEN, LOGS, names


def explained(name: str) -> Explanation:
    args = argparse.Namespace(max_reports=200, tree=None, symbols=[], vmlinux=[], module_base=[])
    with (LOGS / f"{name}.txt").open("rb") as stream:
        return explain(stream, f"{name}.txt", args, shelf=tuple)


@pytest.mark.parametrize("name", names())
def test_explanation(name: str) -> None:
    text = render(explained(name))
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("LASTPUT_ACCEPT"):
        golden.write_text(text)
    assert text == golden.read_text()
    assert all(len(line) <= 80 for line in text.splitlines() if not line.startswith("       lastput "))


def test_the_rules_that_are_named_are_there() -> None:
    """Codes of the audit in diagnoses."""
    codes = {rule.code for rule in all_rules()}
    named = {name: explained(name).reports for name in names()}
    found = {
        name: {code for one in reports for code in one.diagnosis.audit} for name, reports in named.items()
    }
    assert set().union(*found.values()) <= codes
    assert found["mail-hung-kworker"] == {"WRK004"}
    assert not found["hung-io"]


def test_corpus_is_large_enough() -> None:
    found = names()
    assert len(found) >= 40
    assert sum(name.startswith(("noisy", "truncated")) for name in found) >= 20
    assert sorted(path.stem for path in GOLDEN.glob("*.txt")) == found


#: What each kind of report comes to: (log, rule, error class, family, how sure).
EXPECTED = [
    ("mail-hung-kworker", "self_flush", "deadlock", "WRK", "likely"),
    ("mail-warning-in-work", "put_in_work", "warn", "WRK", "likely"),
    ("text-gone-in-release", "text_gone", "unmapped-text", "FIL", "certain"),
    ("text-gone-in-work", "text_gone", "unmapped-text", "WRK", "certain"),
    ("text-gone-in-kthread", "text_gone", "unmapped-text", "KTH", "certain"),
    ("text-gone-arm64", "text_gone", "unmapped-text", "KTH", "likely"),
    ("module-data-gone", "unloaded_data", "use-after-free", "FIL", "likely"),
    ("gpf-freed-slab", "poison", "use-after-free", "WRK", "certain"),
    ("kasan-double-free", "double_free", "double-free", "REF", "certain"),
    ("refcount-underflow", "refcount", "refcount-underflow", "REF", "certain"),
    ("refcount-from-zero", "refcount", "refcount-from-zero", "REF", "certain"),
    ("hung-kthread-stop-under-mutex", "wait_cycle", "deadlock", "KTH", "likely"),
    ("hung-abba", "wait_cycle", "deadlock", "LCK", "certain"),
    ("hung-mutex-alone", "hung", "deadlock", "LCK", "unknown"),
    ("hung-io", "hung", "", "", "unknown"),
    ("lockdep-self-flush", "lock_order", "deadlock", "WRK", "likely"),
    ("lockdep-recursive", "lock_order", "deadlock", "LCK", "certain"),
    ("odebug-work-freed", "debug_object", "use-after-free", "FIL", "certain"),
    ("sleeping-function", "atomic_sleep", "sleep-in-atomic", "LCK", "certain"),
    ("kmemleak", "objects_left", "leak", "REF", "likely"),
    ("soft-lockup-loop", "cpu_stuck", "", "", "unknown"),
    ("unknown-bug", "plain", "", "", "unknown"),
]


@pytest.mark.parametrize(("name", "rule", "error", "family", "sure"), EXPECTED)
def test_diagnosis(name: str, rule: str, error: str, family: str, sure: str) -> None:
    found = explained(name).reports[0].diagnosis
    assert (found.rule, found.error, found.family, found.certainty) == (rule, error, family, sure)


def test_the_story_of_the_mail() -> None:
    """The hung kworker of the mail, in the words of the design."""
    one = explained("mail-hung-kworker").reports[0]
    assert (
        one.diagnosis.story
        == "the kworker waits for its own work item: flush_work() is reached from async_pf_execute()"
        " through the last kvm_put_kvm()"
    )


def test_lockdep_makes_the_self_flush_certain() -> None:
    """Two reports of one log support each other."""
    import io

    from lastput.splat import rules
    from lastput.splat.reader import read

    text = (LOGS / "lockdep-self-flush.txt").read_text()
    hung = (LOGS / "hung-cancel-in-own-work.txt").read_text().replace("kworker/u8:3", "kworker/0:2")
    log = read(io.BytesIO((text + hung).encode()))
    found = rules.judge(log.reports[-1], log.reports)
    assert (found.rule, found.certainty) == ("self_flush", "certain")
