"""A kernel thread of a module runs on when the module goes: nothing stops it or waits for it.

What it finds
    A thread that a module starts, for which the module has no kthread_stop(), which signals nothing to a
    waiter, and which takes or drops no module reference.

Why it breaks
    rmmod frees the text of the module. A thread is not told, and is not waited for: it returns from
    schedule(), or from the function it is in, into text that is gone.

Example
    static int __init foo_init(void)
    {
            kthread_run(foo_thread, NULL, "foo");
            return 0;
    }
    static void __exit foo_exit(void) { }

Instead
    Keep the task and call kthread_stop() in the exit; or let the creator do __module_get(THIS_MODULE) and the
    thread end in module_put_and_kthread_exit().

How lastput knows
    The thread's function, with what it calls in its file, makes no call that could tell somebody of its end:
    complete(), up(), a wake-up, a last atomic count, a module reference; no kthread_stop() of the module
    can be for this task.

Known limits
    A handshake by a plain flag that the exit polls is not seen. A thread of which the function ends at once
    and that is made long before any exit is reported like any other.

History
    Commit cead18552660 ("exit: Rename complete_and_exit to kthread_complete_and_exit") (v5.17) names
    the ways out.
"""

from __future__ import annotations

from collections.abc import Iterator

from lastput.audit.claims import claim, site
from lastput.audit.threads import Thread, joined, threads
from lastput.facts.base import Facts
from lastput.facts.resolve import closure
from lastput.schema.finding import Cause, Evidence, Finding, Where

CODE = "KTH002"
NAME = "thread-never-stopped"

_TELLS = frozenset({
    "complete", "complete_all", "up", "up_read", "up_write", "module_put", "__module_get", "try_module_get",
    "kthread_exit", "module_put_and_kthread_exit", "kthread_complete_and_exit", "do_exit",
    "svc_exit_thread", "refcount_dec_and_test", "kref_put", "swake_up_one", "kthread_stop", "kernel_restart",
    "complete_and_exit", "emergency_restart", "orderly_poweroff",
})  # fmt: skip
_TELLING = (
    "wake_up",
    "atomic_dec",
    "atomic_inc",
    "percpu_ref",
    "clear_and_wake_up",
    "kernel_power",
    "kernel_halt",
)
_LIMIT = 300


def run(facts: Facts) -> Iterator[Finding]:
    seen: set[int] = set()
    for thread in facts.once(threads):
        if thread.function.id in seen or joined(facts, thread):
            continue
        if not _tells(facts, thread):
            seen.add(thread.function.id)
            yield _finding(facts, thread)


def _tells(facts: Facts, thread: Thread) -> bool:
    """Whether the thread or the one that makes it does anything by which its end could be known."""
    own = frozenset(thread.files)
    walked = closure(
        facts, (thread.function.id, thread.creator.id), ("direct",), lambda one: one.path in own, _LIMIT
    )
    if len(walked) >= _LIMIT:
        return True
    for function in walked:
        fact = facts.function(function)
        if fact.path not in own:
            continue
        for call in facts.calls_in(function):
            if call.name in _TELLS or call.name.startswith(_TELLING) or call.name.endswith("_put"):
                return True
    return False


def _finding(facts: Facts, thread: Thread) -> Finding:
    name = thread.function.name
    runs = Where(thread.function.path, thread.function.line, 0, name)
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"nothing stops the thread of {name}() before {thread.module} goes",
        where=thread.where,
        object=name,
        statement=f"{thread.via}({name})",
        causes=(
            Cause(thread.where, f"{thread.via}() makes a thread of {name}()"),
            Cause(
                runs,
                f"{name}() is still to run or to return when rmmod {thread.module} unmaps it",
            ),
        ),
        evidence=(
            Evidence("module", f"{thread.module} can be a module, and has an exit"),
            Evidence("handshake", "no kthread_stop() for this task in the module", searched=(thread.where,)),
            Evidence("tail", f"{name}() signals its end to nobody"),
        ),
        remedy="kthread_stop() at teardown, or __module_get() here and module_put_and_kthread_exit() there",
        text=(thread.module,),
        claim=claim(
            facts,
            "unmapped-text",
            (thread.where, name),
            (site("arm", thread.where, thread.via), site("callback", runs, text=name, detail="kthread")),
            "kthread_stop()",
            1,
        ),
    )
