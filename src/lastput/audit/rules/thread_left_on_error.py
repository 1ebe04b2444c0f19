"""An error path leaves a kernel thread running.

What it finds
    A function starts a kthread or a kthread worker, and reports the failure of a later step without stopping
    it, while the teardown does stop it.

Why it breaks
    After a failed probe or init, nobody stops the thread: it goes on in memory, or in text, that is freed.

Example
    static int foo_probe(struct platform_device *pdev)
    {
            foo->thread = kthread_run(foo_poll, foo, "foo");
            if (IS_ERR(foo->thread))
                    return PTR_ERR(foo->thread);
            return devm_foo_register(&pdev->dev, foo);      /* fails: foo_poll() runs on */
    }

Instead
    kthread_stop() or kthread_destroy_worker() on each error path behind the start; or start the thread last.

How lastput knows
    A call begins something live if the core can come to functions of the module by what it is given, and if
    the tree has a call that undoes it: the same words but one (x_register, x_unregister), and the same type
    of object. The module calls that one too: on another way out, or in a function that stands in the same
    table, or in its exit. From the begin on, a way out that reports failure passes none of these, nor do the
    functions that call it. Where the core itself calls the other function of the table when the first one
    fails, as comedi does, there is no finding.

Known limits
    A count that says who registers first and who last is not understood. A condition on the way that jumps
    over the undoing call makes it of low confidence.

History
    Fixed between Linux 6.12 and 7.3 in wave5_vpu_probe().
"""

from __future__ import annotations

from collections.abc import Iterator

from lastput.audit.left_finding import told
from lastput.facts.base import Facts
from lastput.schema.finding import Finding

CODE = "KTH003"
NAME = "thread-left-on-error"


def run(facts: Facts) -> Iterator[Finding]:
    yield from told(facts, CODE, __file__, ("kthread",))
