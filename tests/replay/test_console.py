"""What counts as the kernel's death, in what its console shows."""

from __future__ import annotations

from lastput.replay import console

_OOPS = """\
[    1.000000] systemd: started
[   11.457391] BUG: unable to handle page fault for address: ffffffffc022d6ad
[   11.458132] Oops: 0010 [#1] PREEMPT SMP NOPTI
[   11.458132] RIP: 0010:0xffffffffc022d6ad
[   11.458132] ---[ end trace 0000000000000000 ]---
[   11.500000] note: vmm exited with preempt_count 1
"""
_LOCKUPS = """\
[   40.000000] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [vmm:82]
[   40.000000] BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 31s!
[   41.000000] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
"""


def test_an_oops_from_its_first_line_to_its_last() -> None:
    found = console.oops(_OOPS)
    assert found is not None
    assert (found.rip, len(found.lines)) == (0xFFFFFFFFC022D6AD, 4)
    assert found.lines[0].startswith("BUG: unable to handle page fault")


def test_a_lockup_comes_of_holding_a_thread() -> None:
    assert console.oops(_LOCKUPS) is None
    assert console.oops(_LOCKUPS + _OOPS) == console.oops(_OOPS)


def test_a_hung_task() -> None:
    printed = "[  242.1] INFO: task kworker/0:2:48 blocked for more than 120 seconds.\n[  242.1]  <TASK>\n"
    assert console.hung(printed)[0] == "INFO: task kworker/0:2:48 blocked for more than 120 seconds."
    assert console.hung(_LOCKUPS) == ()
