"""What the views know of kernels, as tables: names to shorten, to hide, to explain.

The engine gives numbers and the modelled kernel gives names; everything here is about wording, and
nothing here decides a verdict.
"""

from __future__ import annotations

__all__ = [
    "COUNT_FIELDS",
    "ENUMS",
    "FIELD_TAILS",
    "HUNG_TAILS",
    "INLINE",
    "PLUMBING",
    "QUIET_FIELDS",
    "is_hidden",
]


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


#: Header inlines and accessors: they have no frame of their own in a view; what they change is told on
#: the line of their caller.
INLINE = _words(
    "READ_ONCE WRITE_ONCE smp_load_acquire smp_store_release",
    "atomic_add_return atomic_add_unless atomic_dec atomic_dec_and_test atomic_dec_if_positive",
    "atomic_dec_return atomic_inc atomic_inc_not_zero atomic_inc_return atomic_read atomic_set",
    "atomic_sub_return atomic_long_add_unless atomic_long_dec_and_test atomic_long_inc_not_zero",
    "kref_get kref_get_unless_zero kref_init kref_put kref_read",
    "list_add list_add_tail list_del list_del_init list_empty list_move",
    "refcount_add refcount_dec refcount_dec_and_lock refcount_dec_and_mutex_lock refcount_dec_and_test",
    "refcount_dec_not_one refcount_inc refcount_inc_not_zero refcount_read refcount_set",
    "refcount_sub_and_test",
    "test_and_clear_bit test_and_set_bit test_bit set_bit clear_bit",
)

#: Frames between a system call and the function that people talk about: dropped from the diagrams
#: (kept in the JSON and in the splat) unless the step itself happens there.
PLUMBING = _words(
    "task_work_run ____fput __fput_sync filp_close filp_flush fput fput_close ksys_close",
    "kthread ret_from_fork worker_thread",
)

#: Ends of field names that say how a counter is built, not what it counts.
FIELD_TAILS = (".refcount.refs.counter", ".refs.counter", ".counter", ".refs", ".refcount")

#: Last parts of field names that are reference counts.
COUNT_FIELDS = _words(
    "refcnt refcount refs users users_count usage f_count mm_users mm_count kref count ref i_count d_count"
)

#: Bookkeeping of the modelled kernel: shown with -v only.
QUIET_FIELDS = _words("entry next prev pending busy hash owner_cpu magic")

#: Values that are names, by the last two parts of the field: ``module.state`` is include/linux/module.h's
#: ``enum module_state``; ``text`` and ``life`` are lives of the engine.
ENUMS: dict[str, dict[int, str]] = {
    "module.state": {0: "LIVE", 1: "COMING", 2: "GOING", 3: "UNFORMED"},
    "module.text": {0: "not loaded", 1: "mapped", 2: "gone"},
    "life": {0: "unused", 1: "alive", 2: "freed"},
}

#: What a blocked task's stack ends in on a real kernel, innermost first, below the named function.
#: (kernel/sched/completion.c, kernel/locking/mutex.c, kernel/async.c, kernel/kthread.c of 6.12)
HUNG_TAILS: dict[str, tuple[str, ...]] = {
    "wait_for_completion": ("__schedule", "schedule", "schedule_timeout", "__wait_for_common"),
    "__flush_work": ("__schedule", "schedule", "schedule_timeout", "__wait_for_common"),
    "__flush_workqueue": ("__schedule", "schedule", "schedule_timeout", "__wait_for_common"),
    "kthread_stop": ("__schedule", "schedule", "schedule_timeout", "__wait_for_common"),
    "synchronize_rcu": ("__schedule", "schedule", "schedule_timeout", "__wait_for_common", "__wait_rcu_gp"),
    "mutex_lock": ("__schedule", "schedule", "schedule_preempt_disabled", "__mutex_lock.constprop.0"),
    "": ("__schedule", "schedule"),
}


def is_hidden(function: str) -> bool:
    """Whether ``function`` is a helper of the model that no kernel has."""
    return function.startswith(("__lp_", "lp_", "lastput_"))
