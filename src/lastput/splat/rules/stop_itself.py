"""A kernel thread that waits for its own end, or a timer function for its own return."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 94

_STOPS = ("kthread_stop", "kthread_park")
_DELETES = ("timer_delete_sync", "del_timer_sync", "__timer_delete_sync", "hrtimer_cancel")
_TIMERS = ("call_timer_fn", "expire_timers", "__run_timers", "run_timer_softirq", "__hrtimer_run_queues")


def judge(view: View) -> Diagnosis | None:
    if view.report.kind not in ("hung-task", "soft-lockup", "rcu-stall", "stack", "hard-lockup"):
        return None
    at = view.first_of(_STOPS)
    if at >= 0 and view.in_kthread and view.thread_function not in _STOPS:
        name = view.names[at]
        if _another_thread_waits(view):
            return None
        return rule(
            "stop_itself",
            view,
            f"the kernel thread of {call(view.thread_function)} waits in {call(name)} for a kernel thread"
            " to end:"
            " if that is itself, for ever",
            error="deadlock",
            certainty=Certainty.UNKNOWN,
            causes=(
                f"{call(view.thread_function)} is the function of a kernel thread",
                f"{call(name)} waits until the thread that it is given has returned",
            ),
            unknown=("which thread is stopped: the log does not print the argument",),
            instead="a thread ends by returning; somebody else stops it",
            terms=(name, "kthread_run"),
            context="kthread",
        )
    delete, timer = view.first_of(_DELETES), view.first_of(_TIMERS)
    if delete >= 0 and timer > delete:
        function = view.names[timer - 1]
        return rule(
            "stop_itself",
            view,
            f"the timer function {call(function)} calls {call(view.names[delete])}, which waits for a timer"
            " function to return",
            error="deadlock",
            certainty=Certainty.UNKNOWN if _stuck_elsewhere(view) else Certainty.LIKELY,
            causes=(
                f"{call(function)} runs as a timer",
                f"{call(view.names[delete])} spins until the timer's function has returned",
            ),
            unknown=("whether it is the same timer: the log does not print the argument",),
            instead="delete the timer without _sync inside its own function",
            terms=(view.names[delete], "timer_setup", "mod_timer"),
            context="work",
        )
    return None


def _stuck_elsewhere(view: View) -> bool:
    """Whether another CPU is stuck, perhaps in the timer that this one waits for."""
    return any(other.report.cpu != view.report.cpu for kind in ("soft-lockup", "hard-lockup", "rcu-stall")
               for other in view.others(kind))  # fmt: skip


def _another_thread_waits(view: View) -> bool:
    return any(other.in_kthread and other.report.pid != view.report.pid for other in view.others("hung-task"))
