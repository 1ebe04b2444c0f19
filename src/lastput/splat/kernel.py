"""What lastput knows of kernel functions by name: what waits, for what, and what is machinery.

Names are those of Linux 6.1 to 6.12; a name that a kernel does not have does no harm.
"""

from __future__ import annotations

__all__ = [
    "LOCK_WAITS",
    "MACHINERY",
    "POISON",
    "SPINS",
    "WAITS",
    "WORK_FLUSHES",
    "base_name",
    "is_put",
    "public",
]

import re

_SUFFIX = re.compile(r"(?:\.(?:isra|constprop|part|cold|llvm|lto_priv)(?:\.\d+)*)+$")
_PUT = re.compile(r"(?:^|_)(?:put|unref|release|drop|destroy|free|fput|close)(?:_|$|\d)|fput$|_put$")

#: Calls that wait until a work item has run to its end (kernel/workqueue.c).
WORK_FLUSHES = {
    "flush_work": "the work item to finish",
    "__flush_work": "the work item to finish",
    "flush_delayed_work": "the work item to finish",
    "cancel_work_sync": "the work item to finish",
    "__cancel_work_timer": "the work item to finish",
    "__cancel_work_sync": "the work item to finish",
    "cancel_delayed_work_sync": "the work item to finish",
    "disable_work_sync": "the work item to finish",
    "flush_rcu_work": "the work item to finish",
    "flush_workqueue": "every work item of the workqueue",
    "__flush_workqueue": "every work item of the workqueue",
    "drain_workqueue": "every work item of the workqueue",
    "destroy_workqueue": "every work item of the workqueue",
    "flush_scheduled_work": "every work item of the system workqueue",
}

#: Calls that wait for something else than a lock; the words end a sentence that begins "waits for".
WAITS = {
    **WORK_FLUSHES,
    "kthread_stop": "the kernel thread to end",
    "kthread_park": "the kernel thread to park",
    "kthread_flush_work": "the work of a kthread worker",
    "kthread_flush_worker": "the work of a kthread worker",
    "timer_delete_sync": "the timer's function to return",
    "del_timer_sync": "the timer's function to return",
    "__timer_delete_sync": "the timer's function to return",
    "hrtimer_cancel": "the timer's function to return",
    "tasklet_kill": "the tasklet to end",
    "synchronize_rcu": "an RCU grace period",
    "__wait_rcu_gp": "an RCU grace period",
    "synchronize_rcu_expedited": "an RCU grace period",
    "synchronize_net": "an RCU grace period",
    "rcu_barrier": "all RCU callbacks",
    "synchronize_srcu": "the readers of an SRCU domain",
    "__synchronize_srcu": "the readers of an SRCU domain",
    "srcu_barrier": "the callbacks of an SRCU domain",
    "async_synchronize_full": "all async functions",
    "async_synchronize_full_domain": "the async functions of the domain",
    "async_synchronize_cookie_domain": "async functions",
    "async_synchronize_cookie": "async functions",
    "synchronize_irq": "the interrupt handler to return",
    "free_irq": "the interrupt handler to return",
    "kernfs_drain": "the users of a sysfs attribute to leave",
    "__kernfs_remove": "the users of a sysfs attribute to leave",
    "kernfs_remove_self": "the users of a sysfs attribute to leave",
    "proc_entry_rundown": "the users of a /proc file to leave",
    "debugfs_file_put": "the users of a debugfs file to leave",
    "__debugfs_file_removed": "the users of a debugfs file to leave",
    "percpu_ref_switch_to_atomic_sync": "a percpu reference count",
    "blk_mq_freeze_queue_wait": "the requests of a block queue to end",
    "unregister_netdevice_many": "the references to a network device",
    "netdev_wait_allrefs_any": "the references to a network device",
    "wait_for_completion": "a completion",
    "wait_for_completion_timeout": "a completion",
    "wait_for_completion_interruptible": "a completion",
    "wait_for_completion_killable": "a completion",
    "wait_for_completion_state": "a completion",
    "io_schedule": "I/O",
    "io_schedule_timeout": "I/O",
    "folio_wait_bit_common": "a page under I/O",
    "bit_wait_io": "I/O",
    "request_wait_answer": "the answer of a FUSE server",
}

#: Sleeping lock calls, with the kind of lock.
LOCK_WAITS = {
    "mutex_lock": "mutex",
    "__mutex_lock": "mutex",
    "__mutex_lock_slowpath": "mutex",
    "mutex_lock_nested": "mutex",
    "mutex_lock_interruptible": "mutex",
    "mutex_lock_interruptible_nested": "mutex",
    "mutex_lock_killable": "mutex",
    "__ww_mutex_lock": "mutex",
    "rt_mutex_slowlock": "rt_mutex",
    "down_read": "rwsem",
    "down_write": "rwsem",
    "down_read_killable": "rwsem",
    "down_write_killable": "rwsem",
    "rwsem_down_read_slowpath": "rwsem",
    "rwsem_down_write_slowpath": "rwsem",
    "percpu_down_write": "percpu rwsem",
    "__percpu_down_read": "percpu rwsem",
    "percpu_rwsem_wait": "percpu rwsem",
    "down": "semaphore",
    "__down": "semaphore",
    "__down_common": "semaphore",
}

#: Calls in which a CPU spins for another.
SPINS = {
    "native_queued_spin_lock_slowpath": "a spinlock",
    "queued_spin_lock_slowpath": "a spinlock",
    "__pv_queued_spin_lock_slowpath": "a spinlock",
    "do_raw_spin_lock": "a spinlock",
    "_raw_spin_lock": "a spinlock",
    "_raw_spin_lock_irqsave": "a spinlock",
    "_raw_spin_lock_bh": "a spinlock",
    "_raw_spin_lock_irq": "a spinlock",
    "queued_write_lock_slowpath": "an rwlock",
    "queued_read_lock_slowpath": "an rwlock",
    "smp_call_function_many_cond": "other CPUs to take an interrupt",
    "smp_call_function_single": "another CPU to take an interrupt",
    "csd_lock_wait_toolong": "another CPU to take an interrupt",
    "del_timer_sync": "the timer's function to return",
    "__timer_delete_sync": "the timer's function to return",
    "timer_delete_sync": "the timer's function to return",
    "hrtimer_cancel": "the timer's function to return",
    "stop_machine_cpuslocked": "all CPUs to stop",
}

# fmt: off
_EXACT = frozenset((
    "dump_stack", "dump_stack_lvl", "show_stack", "dump_backtrace", "__dump_stack", "print_report",
    "kasan_report", "print_address_description", "kasan_check_range", "__kasan_check_read",
    "__kasan_check_write", "kasan_save_stack", "kasan_save_track", "kasan_set_track",
    "kasan_save_free_info", "kasan_save_alloc_info", "__kasan_kmalloc", "__kasan_slab_alloc",
    "__kasan_slab_free", "____kasan_slab_free", "poison_slab_object", "kasan_report_invalid_free",
    "__kmalloc_cache_noprof", "__kmalloc_noprof", "__kmalloc", "kmalloc_trace", "kmem_cache_alloc",
    "kmem_cache_alloc_noprof", "kmem_cache_alloc_trace", "kmalloc_node_trace", "__kmalloc_node", "kzalloc",
    "kmalloc", "kfree", "kmem_cache_free", "slab_free", "slab_free_freelist_hook", "slab_free_hook",
    "__kmem_cache_free", "kfree_sensitive", "kvfree", "refcount_warn_saturate", "__warn",
    "warn_slowpath_fmt", "report_bug", "handle_bug", "exc_invalid_op", "asm_exc_invalid_op",
    "__warn_printk", "asm_exc_page_fault", "exc_page_fault", "page_fault_oops", "do_user_addr_fault",
    "__die_body", "die_addr", "die", "exc_general_protection", "asm_exc_general_protection",
    "kernelmode_fixup_or_oops", "__die", "show_trace_log_lvl", "show_regs", "__might_resched",
    "__might_sleep", "__schedule_bug", "__schedule", "schedule", "schedule_timeout",
    "schedule_preempt_disabled", "__wait_for_common", "wait_for_common", "schedule_hrtimeout_range_clock",
    "preempt_schedule_common", "__cond_resched", "dynamic_cond_resched", "watchdog_timer_fn",
    "__hrtimer_run_queues", "hrtimer_interrupt", "__sysvec_apic_timer_interrupt",
    "sysvec_apic_timer_interrupt", "asm_sysvec_apic_timer_interrupt", "nmi_cpu_backtrace",
    "nmi_cpu_backtrace_handler", "nmi_trigger_cpumask_backtrace", "rcu_dump_cpu_stacks",
    "rcu_sched_clock_irq", "update_process_times", "tick_sched_handle", "tick_sched_timer",
    "print_circular_bug", "check_noncircular", "check_prev_add", "__lock_acquire", "lock_acquire",
    "validate_chain", "print_deadlock_bug", "lock_release", "__list_del_entry_valid", "__list_add_valid",
    "__list_del_entry_valid_or_report", "__list_add_valid_or_report", "debug_print_object",
    "__debug_check_no_obj_freed", "debug_check_no_obj_freed", "debug_object_activate", "debug_object_init",
    "__debug_object_init", "slab_alloc_node", "slab_post_alloc_hook", "do_exit", "make_task_dead",
))
# fmt: on
_LIKE = re.compile(r"(?:__asan_|__kasan_|kasan_|__tsan_|kfence_|print_)\w+$|__(?:hw)?asan_\w+$")


class _Machinery:
    """Frames of the reporting code and of the allocator, which no story is about."""

    def __contains__(self, name: str) -> bool:
        return name in _EXACT or _LIKE.match(name) is not None


MACHINERY = _Machinery()

#: Bytes that the kernel fills memory with, and what an address of them means (include/linux/poison.h).
POISON = (
    (re.compile(r"6b6b6b6b6b6b6b\w\w$"), "slab memory that was freed (POISON_FREE, 0x6b)"),
    (re.compile(r"dead0000000001\w\w$"), "the links of a list entry that was deleted (LIST_POISON)"),
    (re.compile(r"dead0000000002\w\w$"), "the links of a list entry that was deleted (LIST_POISON2)"),
    (re.compile(r"dead4ead\w*$"), "a lock that was never initialised or is overwritten (SPINLOCK_MAGIC)"),
    (re.compile(r"5a5a5a5a5a5a5a\w\w$"), "slab memory that was never written (POISON_INUSE, 0x5a)"),
)


def base_name(name: str) -> str:
    """The name in the source: without what the compiler appends (``.isra.0``, ``.cold``)."""
    return _SUFFIX.sub("", name)


def public(name: str) -> str:
    """The name that callers write: ``flush_work`` for ``__flush_work``."""
    if name.startswith("__cancel_work"):
        return "cancel_work_sync"
    plain = name.lstrip("_")
    return plain if any(plain in known for known in (WAITS, LOCK_WAITS, SPINS)) else name


def is_put(name: str) -> bool:
    """Whether the name speaks of giving up a reference or an object."""
    return _PUT.search(base_name(name)) is not None
