"""A kernel thread puts the reference to its own module, and then returns into it.

What it finds
    module_put() of the own module in a function that is started as a kernel thread, unless the module's exit
    stops that thread.

Why it breaks
    The reference was the thread's. Once it is put, the module can be unloaded before the thread has returned
    to core code.

Example
    static int foo_thread(void *data)
    {
            ...
            module_put(THIS_MODULE);
            return 0;
    }

Instead
    End by module_put_and_kthread_exit(), which puts and exits in core text.

How lastput knows
    The function is handed to kthread_run() or its kin, it puts, and nothing that the exit function
    calls stops the thread.

Known limits
    A thread that is stopped through a pointer of another name counts as not stopped.

History
    module_put_and_kthread_exit() is in kernel/module/main.c:176 (6.12).
"""

from __future__ import annotations

from collections.abc import Iterator

from lastput.audit.selfput.report import as_finding
from lastput.audit.selfput.sites import in_own_thread, judged_sites
from lastput.facts.base import Facts
from lastput.schema.finding import Finding

CODE = "KTH010"
NAME = "thread-puts-own-module"


def run(facts: Facts) -> Iterator[Finding]:
    for one in judged_sites(facts, lambda site: in_own_thread(facts, site)):
        yield as_finding(facts, one, CODE)
