"""A module's own text puts what may be the last reference to it, and then returns into it.

What it finds
    Calls of module_put() on the own module: THIS_MODULE, or the owner of a table of the same file that is
    set to it. Each site of the tree gets a class:

    Safe, because something else keeps the module until the function has returned:

    - U: it undoes a get that the same function made
    - P: the reference was taken in the same call, and is given back
    - KU: it undoes the get made for a thread that did not start
    - X: only modules that depend on this one call it
    - L: core code holds a reference meanwhile
    - LK: it runs under a lock that the exit function takes
    - H: the exit function unregisters what calls it, which waits
    - WF: it is a work item that the exit function flushes
    - R: it runs in an RCU read-side section, and exit waits for a grace period
    - N: the module is never unloaded

    Not safe:

    - O: a callback of a table without an owner
    - D: a release callback
    - W: a work item that the exit function does not flush
    - K: a thread that returns (KTH010, where the thread function itself puts)

    OTHER: lastput did not understand how it is called.

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
