"""A fault in the core of timers, work items, RCU or notifiers: something was freed while it was armed."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

import msgspec

from lastput.schema.splat import Certainty, Diagnosis, Role
from lastput.splat.kernel import base_name
from lastput.splat.machinery import HELPERS, MACHINERY, SOFTIRQ_CALLERS
from lastput.splat.rules import rule
from lastput.splat.view import View, about, call
from lastput.splat.words import Life, thing

WEIGHT = 89


class _Core(msgspec.Struct, frozen=True):
    """A mechanism that keeps pointers into objects: ``runs`` are its functions that follow all of them,
    ``arms`` those that put one more beside the others."""

    noun: str
    core: str
    state: str
    wait: str
    runs: frozenset[str]
    arms: frozenset[str]
    terms: tuple[str, ...]
    audit: tuple[str, ...]
    tell: str


def _core(
    noun: str, core: str, state: str, wait: str, runs: str, arms: str, terms: str, audit: str, tell: str
) -> _Core:
    return _Core(
        noun, core, state, wait, frozenset(runs.split()), frozenset(arms.split()),
        tuple(terms.split()), tuple(audit.split()), tell,
    )  # fmt: skip


_WORK_AUDIT = "WRK001 WRK002 WRK003 WRK006"
_CORES = (
    _core(
        "timer", "the timer core", "armed", "timer_shutdown_sync()",
        "__run_timers run_timer_softirq __run_timer_base run_timer_base expire_timers call_timer_fn cascade"
        " collect_expired_timers __collect_expired_timers __next_timer_interrupt get_next_timer_interrupt"
        " migrate_timer_list timers_dead_cpu __get_next_timer_interrupt next_timer_interrupt"
        " next_expiry_recalc",
        "__mod_timer mod_timer add_timer add_timer_on enqueue_timer internal_add_timer __internal_add_timer"
        " detach_timer detach_if_pending mod_timer_pending del_timer timer_delete try_to_del_timer_sync"
        " __timer_delete __try_to_del_timer_sync trigger_dyntick_cpu calc_wheel_index",
        "mod_timer timer_delete_sync timer_shutdown_sync", _WORK_AUDIT,
        "CONFIG_DEBUG_OBJECTS_TIMERS names the function of the timer when its object is freed",
    ),
    _core(
        "hrtimer", "the hrtimer core", "armed", "hrtimer_cancel()",
        "__hrtimer_run_queues __run_hrtimer hrtimer_interrupt hrtimer_run_queues __hrtimer_next_event_base"
        " hrtimer_update_next_event hrtimer_get_next_event __hrtimer_get_next_event",
        "timerqueue_add timerqueue_del enqueue_hrtimer __remove_hrtimer hrtimer_start_range_ns"
        " __hrtimer_start_range_ns timerqueue_iterate_next hrtimer_try_to_cancel hrtimer_active",
        "hrtimer_start hrtimer_cancel", "WRK001 WRK002",
        "CONFIG_DEBUG_OBJECTS_TIMERS names the function of the timer when its object is freed",
    ),
    _core(
        "work item", "the workqueue core", "queued or running", "cancel_work_sync()",
        "process_one_work worker_thread process_scheduled_works move_linked_works assign_work"
        " delayed_work_timer_fn rescuer_thread pwq_activate_inactive_work pwq_activate_delayed_work"
        " pwq_activate_first_inactive process_srcu set_work_data pwq_dec_nr_in_flight kthread_worker_fn"
        " worker_enter_idle find_worker_executing_work",
        "__queue_work insert_work __queue_delayed_work queue_work_on queue_delayed_work_on"
        " mod_delayed_work_on"
        " get_work_pool get_work_pwq try_to_grab_pending kthread_queue_work kthread_insert_work"
        " queue_rcu_work __cancel_work start_flush_work",
        "queue_work cancel_work_sync", _WORK_AUDIT,
        "CONFIG_DEBUG_OBJECTS_WORK names the work function when its object is freed",
    ),
    _core(
        "RCU callback", "RCU", "queued", "rcu_barrier()",
        "rcu_do_batch rcu_process_callbacks __rcu_process_callbacks rcu_core rcu_cblist_dequeue"
        " rcu_segcblist_extract_done_cbs srcu_invoke_callbacks rcu_tasks_invoke_cbs rcu_reclaim_tiny"
        " kfree_rcu_work kvfree_rcu_bulk kfree_rcu_monitor invoke_rcu_callbacks",
        "call_rcu __call_rcu __call_rcu_common call_rcu_hurry rcu_segcblist_enqueue rcu_cblist_enqueue"
        " kvfree_call_rcu kfree_call_rcu call_srcu __call_srcu rcu_segcblist_advance",
        "call_rcu rcu_barrier", "WRK005",
        "CONFIG_DEBUG_OBJECTS_RCU_HEAD tells of heads that are queued twice or freed while queued",
    ),
    _core(
        "tasklet", "the tasklet core", "scheduled", "tasklet_kill()",
        "tasklet_action_common"
        " tasklet_action tasklet_hi_action", "__tasklet_schedule __tasklet_schedule_common"
        " __tasklet_hi_schedule",
        "tasklet_schedule tasklet_kill", "WRK001",
        "KASAN names who freed it",
    ),
    _core(
        "notifier", "a notifier chain", "registered", "the call that unregisters it",
        "notifier_call_chain raw_notifier_call_chain blocking_notifier_call_chain atomic_notifier_call_chain"
        " __blocking_notifier_call_chain __atomic_notifier_call_chain srcu_notifier_call_chain"
        " __srcu_notifier_call_chain notifier_call_chain_robust",
        "notifier_chain_register notifier_chain_unregister atomic_notifier_chain_register"
        " blocking_notifier_chain_register raw_notifier_chain_register blocking_notifier_chain_unregister"
        " atomic_notifier_chain_unregister raw_notifier_chain_unregister __blocking_notifier_chain_register",
        "blocking_notifier_chain_unregister", "",
        "KASAN names who freed it; a module that was unloaded shows as `last unloaded`",
    ),
    _core(
        "wait queue entry", "a wait queue", "on the queue", "wake_up_pollfree(), or finish_wait()",
        "__wake_up_common __wake_up_common_lock",
        "add_wait_queue remove_wait_queue prepare_to_wait prepare_to_wait_event finish_wait"
        " ep_remove_wait_queue add_wait_queue_exclusive autoremove_wake_function",
        "wake_up remove_wait_queue", "",
        "KASAN names who freed it",
    ),
)  # fmt: skip
_KINDS = ("page-fault", "general-protection", "kasan", "kfence", "oops", "kasan-tail")


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind not in _KINDS:
        return None
    memory = report.kind in ("kasan", "kfence", "kasan-tail")
    what = report.facts.get("what", "")
    if memory and what and not what.endswith("use-after-free"):
        return None
    rip = report.rip
    if rip is not None and not rip.function and not (view.fetch and 0 <= view.address < 4096):
        return None  # it ran where there is no symbol: not in the core
    if report.kind == "kasan-tail" and view.stack(Role.FREED) is None:
        return None
    met = _met(view)
    if met is None:
        return None
    core, name, runs, outside = met
    life = Life(view)
    if not memory:
        return _fault(view, core, name, runs)
    told = [life.made(), life.freed()]
    queued = life.queued()
    object_ = thing(view)
    if object_ == "a workqueue":
        return _workqueue(view, life, name, told)
    by = f" by {life.freer_name}" if life.freer_name else ""
    if runs:
        return rule(
            "armed", view,
            f"{core.core} met freed memory in {call(name)}: {object_} was freed{by} while a {core.noun} in"
            " it was"
            f" {core.state}",
            error="use-after-free",
            certainty=Certainty.CERTAIN if life.freer and what else Certainty.LIKELY,
            causes=(*told, queued, f"nothing took its {core.noun} back first, or waited for it",
                    f"{call(name)} followed the pointer"),
            unknown=(
                "" if life.freer else "who freed it: the log has no stack of the free",
                f"which {core.noun}: {core.tell}",
            ),
            instead=f"call {core.wait} before the free, when nothing can start it again",
            terms=(*core.terms, "kfree"), audit=core.audit, context="work",
        )  # fmt: skip
    where = f"{call(outside)} reached {call(name)}" if outside else call(name)
    return rule(
        "armed", view,
        f"{where}, which met freed memory: {object_} was freed{by}",
        error="use-after-free", certainty=Certainty.CERTAIN,
        causes=(*told, queued, f"{view.who} used it in {call(name)}"),
        unknown=(
            f"whether the {core.noun} of this call lies in the freed object, or another one that was freed"
            " while"
            f" it was {core.state} stands beside it: {core.tell}",
        ),
        instead=f"call {core.wait} before the free, when nothing can start it again",
        terms=(*core.terms, "kfree"), audit=core.audit, context="work",
    )  # fmt: skip


def _workqueue(view: View, life: Life, name: str, told: list[str]) -> Diagnosis:
    """The queue itself is gone, and somebody still queues on it or works for it."""
    by = f" by {life.freer_name}" if life.freer_name else ""
    return rule(
        "armed", view, f"{call(name)} used a workqueue after it was freed{by}",
        error="use-after-free", certainty=Certainty.CERTAIN,
        causes=(*told, life.queued(), f"{view.who} used it in {call(name)}"),
        unknown=("who queues on it still: a timer, an interrupt or a work item that was not stopped first",),
        instead="stop all that can queue on it (timer_shutdown_sync(), free_irq(),"
        " disable_delayed_work_sync()) before destroy_workqueue()",
        terms=("destroy_workqueue", "queue_work"), audit=("WRK003",), context="work",
    )  # fmt: skip


def _fault(view: View, core: _Core, name: str, runs: bool) -> Diagnosis | None:
    """Without KASAN: the memory is broken, and that it was freed is the common cause."""
    if view.fetch:
        if not 0 <= view.address < 4096 or not runs:
            return None
        return rule(
            "armed", view,
            f"{call(name)} called a {core.noun} whose function is NULL",
            error="null-deref", also=("use-after-free",), certainty=Certainty.CERTAIN,
            causes=(f"a {core.noun} was {core.state}", "its function pointer is NULL when it is due"),
            unknown=("whether its object was freed and cleared meanwhile, or it was never set up",
                     f"which {core.noun}: {core.tell}"),
            instead=f"call {core.wait} before the free, when nothing can start it again",
            terms=core.terms, audit=core.audit, context="work",
        )  # fmt: skip
    if not runs:
        return None
    return rule(
        "armed", view,
        f"{core.core} met a broken entry in {call(name)}: most often an object that was freed while a"
        f" {core.noun} in it was {core.state}",
        error="use-after-free", certainty=Certainty.LIKELY,
        causes=("an object with a"
                f" {core.noun} was freed or overwritten", f"{call(name)} followed its pointers"),
        unknown=(f"which {core.noun}: {core.tell}", "whether it was freed or overwritten: KASAN would tell"),
        instead=f"call {core.wait} before the free, when nothing can start it again",
        terms=core.terms, audit=core.audit, context="work",
    )  # fmt: skip


def _met(view: View) -> tuple[_Core, str, bool, str] | None:
    """The mechanism whose own code met the fault: (it, its function, whether it runs all, who called it)."""
    frames = view.frames
    for at, frame in enumerate(frames):
        name = base_name(frame.function)
        found = next((core for core in _CORES if name in core.runs or name in core.arms), None)
        if found is not None:
            own = found.runs | found.arms
            names = [base_name(one.function) for one in frames[at:]]
            runs = any(one in found.runs for one in names[: _prefix(names, own)])
            every = {one for core in _CORES for one in core.runs | core.arms}
            caller = about([one for one in frames[at:] if base_name(one.function) not in every])
            if caller is not None and base_name(caller.function) in SOFTIRQ_CALLERS:
                caller = None
            return found, name, runs, caller.function if caller and not runs else ""
        if frame.function and name not in MACHINERY and name not in HELPERS:
            return None
    return None


def _prefix(names: list[str], own: frozenset[str]) -> int:
    """How many names at the beginning are of the mechanism."""
    return next((at for at, name in enumerate(names) if name not in own), len(names))
