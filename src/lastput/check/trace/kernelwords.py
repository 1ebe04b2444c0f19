"""What the views know of kernels, as tables: names to shorten, to hide, to explain.

The engine gives numbers and the modelled kernel gives names; everything here is about wording, and
nothing here decides a verdict.
"""

from __future__ import annotations

__all__ = [
    "ATOMIC_ENTRIES",
    "COUNT_FIELDS",
    "END_WORDS",
    "ENTRIES",
    "ENUMS",
    "FIELD_TAILS",
    "FIELD_WORDS",
    "GETS_AND_PUTS",
    "HOLDS",
    "HUNG_TAILS",
    "INLINE",
    "MODULE_REF_BASE",
    "OVER",
    "PLUMBING",
    "QUIET_COUNTS",
    "REFCOUNT_SATURATED",
    "RUNNERS",
    "SATURATED",
    "SPLAT_NAMES",
    "TASK_KINDS",
    "UNLOADERS",
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
    "refcount_add_not_zero",
    "refcount_sub_and_test",
    "test_and_clear_bit test_and_set_bit test_bit set_bit clear_bit",
)

#: Frames between a system call and the function that people talk about: dropped from the diagrams
#: (kept in the JSON and in the splat) unless the step itself happens there.
PLUMBING = _words(
    "task_work_run ____fput __fput_sync filp_close filp_flush fput fput_close ksys_close __close",
    "kthread ret_from_fork worker_thread process_one_work load_modules",
)

#: What a change of a field is in the words of a diagram, by the field's name and its new value ("": any
#: but NULL).
FIELD_WORDS = {
    ("current_work", ""): "takes {new}",
    ("running_timer", ""): "runs {new}",
    ("running_hrtimer", ""): "runs {new}",
    ("text", "gone"): "unmaps {object}.ko",
    ("life", "freed"): "frees {object}",
}

#: How a diagram ends, by the class of the error.
END_WORDS = {
    "unmapped-text": "BUG: runs in freed text",
    "use-after-free": "BUG: use after free",
    "double-free": "BUG: double free",
    "refcount-underflow": "BUG: refcount underflow",
    "refcount-from-zero": "BUG: reference taken from 0",
    "null-deref": "BUG: NULL dereference",
    "warn": "WARNING",
    "sleep-in-atomic": "BUG: sleeps in atomic context",
    "lock-misuse": "BUG: lock misuse",
}

#: Counts that are told only if the error is about their object.
QUIET_COUNTS = _words("f_count usage")

#: Ends of field names that say how a counter is built, not what it counts.
FIELD_TAILS = (".refcount.refs.counter", ".refs.counter", ".counter", ".refs", ".refcount")

#: Last parts of field names that are reference counts.
COUNT_FIELDS = _words(
    "refcnt refcount refs users users_count usage f_count mm_users mm_count kref count ref i_count d_count"
)

#: kernel/module/main.c: what a loaded module that nobody uses counts. Views count from there, as lsmod.
MODULE_REF_BASE = 1

#: Wrappers of a count or of an allocator: causes and the budget name their caller.
GETS_AND_PUTS = _words(
    "module_put __module_get try_module_get fops_get fops_put kobject_get kobject_put cdev_get cdev_put",
    "try_release_module_ref ref_module strong_try_module_get module_refcount symbol_put",
    "kfree kvfree vfree kfree_sensitive kmem_cache_free kfree_rcu __free kmem_cache_alloc kmem_cache_zalloc",
    "get_file fdget kref_put kref_get kobject_init kobject_add alloc_file",
)

#: In these, a reference to a module goes because its user is being unloaded.
UNLOADERS = _words("delete_module free_module module_unload_free try_stop_module try_release_module_ref")

#: What begins an atomic section.
ATOMIC_ENTRIES = _words(
    "spin_lock spin_lock_irq spin_lock_irqsave spin_lock_bh raw_spin_lock raw_spin_lock_irqsave read_lock",
    "write_lock rcu_read_lock preempt_disable local_bh_disable local_irq_disable local_irq_save",
)

#: By the function that waits: what the one waited for has to do with it ("which kworker ..."), how it
#: came to that ("kworker ... it"), and what kind of thing it is.
HOLDS: dict[str, tuple[str, str, str]] = {
    **dict.fromkeys(
        sorted(
            _words(
                "flush_work __flush_work cancel_work_sync __cancel_work_timer __cancel_work_sync",
                "cancel_delayed_work_sync flush_delayed_work disable_work_sync",
            )
        ),
        ("runs", "starts to run", "the work item"),
    ),
    **dict.fromkeys(
        sorted(
            _words("flush_workqueue __flush_workqueue drain_workqueue destroy_workqueue flush_scheduled_work")
        ),
        ("works for", "starts to work for", "the workqueue of"),
    ),
    **dict.fromkeys(
        sorted(_words("mutex_lock mutex_lock_interruptible down_read down_write")),
        ("holds", "takes", "the lock"),
    ),
    **dict.fromkeys(sorted(ATOMIC_ENTRIES), ("holds", "takes", "the lock")),
    **dict.fromkeys(
        sorted(_words("synchronize_rcu synchronize_srcu rcu_barrier synchronize_rcu_expedited")),
        ("holds up", "begins to hold up", "the grace period of"),
    ),
    **dict.fromkeys(
        sorted(_words("wait_for_completion wait_for_common")),
        ("would complete", "was to complete", "the completion"),
    ),
    "kthread_stop": ("is", "is", "the end of"),
    **dict.fromkeys(
        sorted(
            _words("async_synchronize_full async_synchronize_full_domain async_synchronize_cookie_domain")
        ),
        ("runs", "starts to run", "the async function"),
    ),
    **dict.fromkeys(
        sorted(
            _words("del_timer_sync timer_delete_sync __timer_delete_sync timer_shutdown_sync hrtimer_cancel")
        ),
        ("runs", "starts to run", "the timer"),
    ),
}

#: Functions that go by another name, or into another one, once they are compiled ("": no frame at all).
SPLAT_NAMES = {
    "kvm_flush_async_pf_work": "",  # static, two callers, a few instructions
    "flush_work": "__flush_work",
    "mutex_lock_interruptible": "mutex_lock",
    "rmmod": "__do_sys_delete_module.isra.0",
    "delete_module": "__do_sys_delete_module.isra.0",
    "close": "__x64_sys_close",
    "__close": "__x64_sys_close",
    "__ioctl": "__x64_sys_ioctl",
    "do_vfs_ioctl": "__x64_sys_ioctl",
    "open": "do_sys_openat2",
    "read": "ksys_read",
    "write": "ksys_write",
}

_SYSCALL = ("do_syscall_64", "entry_SYSCALL_64_after_hwframe")
_FORK = ("kthread", "ret_from_fork", "ret_from_fork_asm")

#: What lies above the outermost modelled frame, innermost first, by that frame or by the kind of task.
ENTRIES: dict[str, tuple[str, ...]] = {
    "user": _SYSCALL,
    "__fput": ("task_work_run", "syscall_exit_to_user_mode", *_SYSCALL),
    "____fput": ("task_work_run", "syscall_exit_to_user_mode", *_SYSCALL),
    "task_work_run": ("syscall_exit_to_user_mode", *_SYSCALL),
    "kworker": ("worker_thread", *_FORK),
    "kthread": _FORK,
    "rcu": ("rcu_core", "handle_softirqs", "run_ksoftirqd", "smpboot_thread_fn", *_FORK),
    "softirq": ("run_timer_softirq", "handle_softirqs", "run_ksoftirqd", "smpboot_thread_fn", *_FORK),
}

#: Fields of a waiting task that point to the task it waits for: over what, by the field of that task.
OVER = {"task_struct.flushing": "task_struct.current_work"}

#: Frames of the kernel that run somebody else's function.
RUNNERS = _words("worker_thread process_one_work kthread async_run_entry_fn rcu_do_batch call_timer_fn")

#: The modelled kernel's value of a refcount_t that went wrong, and its word.
REFCOUNT_SATURATED = -64
SATURATED = "saturated"

#: What kind of task a DAEMON of the modelled kernel is, by its name.
TASK_KINDS = (
    ("kworker", "kworker"),
    ("rcu", "rcu"),
    ("softirq", "softirq"),
    ("hrtimer", "softirq"),
)

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
