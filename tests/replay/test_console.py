"""What counts as the kernel's death, in what its console shows."""

from __future__ import annotations

import pytest

from lastput.replay import console
from lastput.replay.kind import kind

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


_WARNING = """\
[    3.0] ------------[ cut here ]------------
[    3.0] refcount_t: addition on 0; use-after-free.
[    3.0] WARNING: lib/refcount.c:25 at refcount_warn_saturate+0x6a/0x90, CPU#0: comer/103
[    3.0] RIP: 0010:refcount_warn_saturate+0x6a/0x90
[    3.0] ---[ end trace 0000000000000000 ]---
[    4.0] later
"""


def test_a_check_of_the_kernels_own() -> None:
    found = console.warning(_WARNING)
    assert found[0].startswith("refcount_t: addition on 0") and found[-1].startswith("---[ end trace")
    assert console.warning(_OOPS) == ()
    assert kind("WARNED", False, "\n".join(found)) == "refcount-from-zero"


def test_a_cpu_that_does_nothing_else() -> None:
    assert "soft lockup" in console.lockup(_LOCKUPS)
    assert console.lockup(_OOPS) == ""


def test_a_module_that_does_not_load_says_why() -> None:
    told = console.refused_module(
        "[    2.0] einj: no EINJ table\nlastput: insmod /m/einj.ko: No such device\n"
    )
    assert told == "insmod /m/einj.ko: No such device; the kernel said last: einj: no EINJ table"


_GONE_DATA = """\
BUG: unable to handle page fault for address: ffffffffc02517b8
#PF: supervisor read access in kernel mode
Modules linked in: scsi_mod scsi_common [last unloaded: scsi_debug]
"""


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("BUG: kernel NULL pointer dereference, address: 0000000000000098", "null-deref"),
        (_GONE_DATA, "use-after-free"),
        ("general protection fault for address 0x6b6b6b6b6b6b6b6b: 0000", "use-after-free"),
        ("kernel BUG at mm/slub.c:1", ""),
    ],
)
def test_the_class_that_an_oops_is_of(printed: str, shown: str) -> None:
    assert kind("OOPS", False, printed) == shown
    assert kind("OOPS", True, printed) == "unmapped-text"
