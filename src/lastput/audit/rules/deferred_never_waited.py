"""A work item, timer or tasklet is armed, and no teardown waits for it.

What it finds
    An item that the code of a module arms, and for which no call in the whole module waits: no
    cancel_*_sync(), no flush, no destroy_workqueue() of the queue that it is put on, no tasklet_kill().

Why it breaks
    When the device goes, or the module, the item may be pending, or its callback may be running. It then
    uses an object that was freed, or returns into text that is no longer mapped.

Example
    static void foo_remove(struct platform_device *pdev)
    {
            struct foo *foo = platform_get_drvdata(pdev);

            free_irq(foo->irq, foo);        /* its handler did schedule_work(&foo->work) */
            kfree(foo);
    }

Instead
    First stop what arms the item, then cancel_work_sync(&foo->work), then free.

How lastput knows
    The item is known by the last name of its expression (``work`` of ``&foo->work``) in all files that are
    linked with the one that sets it up. Arming and waiting calls are of the table of kernel calls, or
    forward to them. It is of low confidence if the callback completes something, or drops what holds its
    object, or if the item's address goes to a function of which nothing is known: each may be a wait in
    other words.

Known limits
    Two structs of one module whose items share a name count as one. A wait that is there, and not on
    every path or too early, is left to other rules. A teardown that flushes all of system_wq counts for it.

History
    The idea is that of many fixes, such as e58c88f0cb2d (lkkbd, CVE-2025-71073) and ab58153ec64f (imm).
"""

from __future__ import annotations

from collections.abc import Iterator

from lastput.audit.unwaited_finding import told
from lastput.facts.base import Facts
from lastput.schema.finding import Finding

CODE = "WRK001"
NAME = "deferred-never-waited"


def run(facts: Facts) -> Iterator[Finding]:
    yield from told(facts, CODE, __file__, stopped=False)
