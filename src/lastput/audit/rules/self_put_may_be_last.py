"""A module's own text puts what may be the last reference to it, and then returns into it.

What it finds
    Calls of module_put() on the own module: THIS_MODULE, or the owner of a table of the same file that is
    set to it. Each site of the tree gets a class:

    Safe: U undoes a get of the same function, P gives back in the same call, KU undoes for a thread that did
    not start, X is entered from modules that use this one, L under a reference that core code holds, LK under
    a lock that exit takes, H waited for by an unregistration, WF in work that exit flushes, R in a
    section that a grace period waits for, N in a module that is never unloaded.

    Not safe: O in a callback without an owner, D in a release callback, W in work that exit does not flush,
    K in a thread that returns (reported as KTH010 where the thread function itself puts). OTHER was not
    understood.

Why it breaks
    module_put() does not wait. When it drops the last reference, delete_module() may finish on another CPU
    before the caller has returned, and the text to which it returns is unmapped.

Example
    static int foo_release(struct inode *inode, struct file *file)
    {
            module_put(THIS_MODULE);
            return 0;
    }
    static const struct file_operations foo_fops = { .release = foo_release };

Instead
    Let core code hold the reference: set the owner of the table. Flush work in the exit function, and end
    threads by module_put_and_kthread_exit().

How lastput knows
    In this order: can the module be unloaded? Is there a get on every way to the put? If not, as what is
    the function entered, or its callers up to the border of the module? What pins the module meanwhile: the
    owner of the table, or a habit of its core (audit/selfput/pins.toml)? Does the exit function wait for it?
    A site that is reached in several ways has the worst class.

Known limits
    A function pointer that is called from a place that lastput does not find counts as entered without a
    pin. A put that is the last statement of a function without a value may be compiled to a jump; the window
    then opens in the callers only. References handed to objects of other modules are not followed.

History
    module_put(), delete_module() and free_module() are in kernel/module/main.c (6.12). Since commit
    ea61294befd3 ("Revert \"KVM: Prevent module exit until all VMs are freed\"") (v6.7)
    KVM sets owners instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from lastput.audit.selfput.report import as_finding
from lastput.audit.selfput.sites import in_own_thread, judged_sites
from lastput.facts.base import Facts
from lastput.schema.finding import Finding

CODE = "MOD001"
NAME = "self-put-may-be-last"


def run(facts: Facts) -> Iterator[Finding]:
    for one in judged_sites(facts, lambda site: not in_own_thread(facts, site)):
        yield as_finding(facts, one, CODE)
