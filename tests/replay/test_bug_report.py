"""A replay as a bug report: all that the kernel's documentation asks for, in 72 columns, without names."""

from __future__ import annotations

from lastput.schema.finding import Cause, Finding, Where
from lastput.schema.patch import Check, Patch
from lastput.schema.replay import Act, Report, Run, Series, Told
from lastput.show.bug_report import text

_SITE = "iterate_cleanup_work+0x69: call module_put"
_AT = Where("net/netfilter/nf_nat_masquerade.c", 92, function="iterate_cleanup_work")
_SPLAT = (
    "Oops: int3: 0000 [#1] SMP NOPTI",
    "RIP: 0010:iterate_cleanup_work+0x6f [nf_nat]",
    "RAX: 0000000000000000 RBX: 0000000000000000 RCX: 0000000000000000",
    "Call Trace:",
    " ? process_one_work+0x1cd/0x3c0",
    "---[ end trace 0000000000000000 ]---",
)


def _report(splat: tuple[str, ...] = _SPLAT) -> Report:
    story = (
        Told(
            "kworker until return of module_put into nf_nat",
            "iterate_cleanup_work+0x6e [nf_nat]",
            "kworker/0:0:9",
        ),
        Told("admin to end", acts=(Act("admin", "rmmod nf_nat"),)),
    )
    run = Run(
        "OOPS",
        story,
        "iterate_cleanup_work+0x6f [nf_nat]",
        "runs in the text of nf_nat, which is gone",
        "unmapped-text",
        splat,
    )
    refused = Run("INFEASIBLE", reason="admin: rmmod nf_nat: EWOULDBLOCK")
    return Report(
        name="nf_nat-cleanup-work",
        question="May it?",
        predicted=("unmapped-text",),
        kernel="7.3.4",
        qemu="QEMU 7.2",
        cmdline="preempt=full",
        cpus=1,
        mode="spin",
        origin="derived",
        sites=(_SITE,),
        story=Series("story", "", ("kworker until return of module_put into nf_nat",), "OOPS", (run,) * 5),
        controls=(Series("held before module_put()", "it is refused", (), "INFEASIBLE", (refused,)),),
    )


_FINDING = Finding(
    code="MOD001",
    verdict="bug",
    confidence="high",
    message="it may put the last reference",
    where=_AT,
    causes=(Cause(_AT, "puts a reference"),),
    remedy="flush the work",
    fingerprint="2e3245ba65fc8df9",
)


def test_it_has_what_is_asked_for() -> None:
    told = text(_report(), 'modules = ["nf_nat"]\n', "  CPU0   CPU1\n", _FINDING)
    for part in (
        "Subject: [BUG] net/netfilter: it may put the last reference",
        "On an unmodified 7.3.4 the kernel oopses.",
        "(1) net/netfilter/nf_nat_masquerade.c:92: puts a reference",
        "  CPU0   CPU1",
        "RIP: 0010:iterate_cleanup_work",
        "story: OOPS 5 of 5",
        "rmmod nf_nat",
        "2e3245ba65fc8df9",
        'modules = ["nf_nat"]',
        "flush the work",
        "process_one_work",
        _SITE,
    ):
        assert part in told, part
    assert "RAX" not in told


def test_frames_that_may_be_stale_go_if_there_are_others() -> None:
    told = text(_report((*_SPLAT, " __fput+0xe6/0x2b0")), "")
    assert "__fput" in told and "process_one_work" not in told


def test_it_does_without_a_finding_and_a_drawing() -> None:
    told = text(_report(), "")
    assert "The race" not in told and "What would mend it" not in told
    assert max(len(line) for line in told.splitlines() if not line.startswith(_SPLAT)) <= 72


def test_a_patch_is_there_as_it_is_with_what_was_checked() -> None:
    long = "+\tflush_work(&masq_work);" + " /* x */" * 10
    patch = Patch(
        fingerprint=_FINDING.fingerprint,
        code=_FINDING.code,
        where=_AT,
        kind="wait-in-teardown",
        edits=(),
        diff=f"--- a/x.c\n+++ b/x.c\n@@ -1,0 +1 @@\n{long}\n",
        subject="",
        body="",
        checks=(Check("applies", True, ""), Check("silenced", True, ""), Check("proof", None, "limit")),
    )
    told = text(_report(), "", "", _FINDING, patch)
    assert long in told.splitlines()
    assert "(checked: applies, silenced)" in " ".join(told.split())
