"""A kernel thread tells its module's exit that it is done, and then still has to return.

What it finds
    The function of a thread that signals a completion (or ups a semaphore) for which teardown waits, and
    then returns by itself, while nothing in its module calls kthread_stop() for it.

Why it breaks
    Whoever waits goes on at the signal: it frees the object, and rmmod unmaps the text. The thread is still
    in that text: it has to come back from complete(), run to the end of its function and return.

Example
    static int foo_thread(void *data)
    {
            ...
            complete(&foo->exited);
            return 0;       /* in text that may be gone */
    }

Instead
    kthread_complete_and_exit(&foo->exited, 0), which signals and exits in core text; or keep the task and
    end it with kthread_stop(), which waits until it has left.

How lastput knows
    After the signal every way through the function leads to its return, without a loop; a wait on an object
    of the same name stands in the module; no kthread_stop() of the module can be for this task.

Known limits
    A wait in the function that makes the thread is taken for a wait for its start. A thread that drops a
    module reference on its way out is the business of the MOD rules. Objects are told apart by their last
    name. lastput does not check that the exit function does the waiting. If something else pins the module
    (a mount, say), there is a window only if that pin goes before the thread returns.

History
    Commit cead18552660 ("exit: Rename complete_and_exit to kthread_complete_and_exit") (v5.17) says
    what it is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lastput.audit.claims import claim, site
from lastput.audit.threads import Thread, joined, tail_calls, threads, waits
from lastput.c.flow.graph import Call, Node
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Evidence, Finding, Where

CODE = "KTH001"
NAME = "thread-returns-after-signal"

_WAITS = {
    "complete": ("wait_for_completion", "wait_for_completion_timeout", "wait_for_completion_killable",
                 "wait_for_completion_interruptible", "wait_for_completion_interruptible_timeout",
                 "wait_for_completion_killable_timeout", "wait_for_completion_io"),
    "up": ("down",),
}  # fmt: skip
_WAITS["complete_all"] = _WAITS["complete"]


def run(facts: Facts) -> Iterator[Finding]:
    seen: set[int] = set()
    for thread in facts.once(threads):
        if thread.function.id in seen:
            continue
        graph = facts.once(Bodies).graph(thread.function.id)
        if graph is None or not graph.clean or joined(facts, thread):
            continue
        for node, call, after in tail_calls(graph, tuple(_WAITS)):
            signalled = call.arguments[0] if call.arguments else ""
            waiter = waits(facts, thread, _WAITS[call.name], signalled)
            ends = waiter is not None and waiter.function not in (thread.function.name, thread.creator.name)
            puts = any(one.name == "module_put" for later in after for one in later.calls)
            if waiter is not None and ends and not puts:
                seen.add(thread.function.id)
                yield _finding(facts, thread, node, call, after, waiter)
                break


def _finding(
    facts: Facts, thread: Thread, node: Node, call: Call, after: tuple[Node, ...], waiter: Where
) -> Finding:
    name = thread.function.name
    where = Where(thread.function.path, call.line, 0, name)
    signalled = call.arguments[0]
    holder = re.match(r"&?\(?\s*(\w+)\s*(?:->|\.)", signalled)
    touched = [one for one in after if holder and re.search(rf"\b{holder[1]}\b", f"{one.text} {one.value}")]
    line = touched[0].line if touched else thread.function.end_line
    last = (
        f"{name}() still uses {holder[1]} here, which the waiter may have freed, and returns through text"
        if holder and touched
        else f"{name}() returns here, through text"
    )
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{name}() returns into {thread.module} after {call.name}({signalled}), and nothing stops it",
        where=where,
        object=signalled,
        statement=node.text,
        causes=(
            Cause(thread.where, f"{thread.via}() makes a thread of {name}()"),
            Cause(where, f"{call.name}({signalled}) tells the waiter that the thread is done"),
            Cause(waiter, f"{waiter.function}() waits for that alone, and goes on to free and to unload"),
            Cause(Where(where.path, line, 0, name), f"{last} that rmmod {thread.module} may have unmapped"),
        ),
        evidence=(
            Evidence("module", f"{thread.module} can be a module, and has an exit"),
            Evidence("handshake", "no kthread_stop() for this task in the module", searched=(thread.where,)),
            Evidence("tail", f"after {call.name}() comes the return, in the module's text", where=where),
        ),
        remedy=f"kthread_complete_and_exit({signalled}, 0), or kthread_stop() by {waiter.function}()"
        if call.name != "up"
        else f"kthread_stop() by {waiter.function}()",
        text=(thread.module,),
        claim=claim(
            facts,
            "use-after-free" if holder and touched else "unmapped-text",
            (where, signalled),
            (
                site("arm", thread.where, thread.via, text=name),
                site(
                    "callback", Where(where.path, thread.function.line, 0, name), text=name, detail="kthread"
                ),
                site("wait", waiter, _WAITS[call.name][0], text=signalled),
                site("use" if holder and touched else "exit", Where(where.path, line, 0, name)),
            ),
            f"kthread_complete_and_exit({signalled}, 0)" if call.name != "up" else "kthread_stop()",
            3,
        ),
    )
