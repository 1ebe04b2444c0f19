"""What lastput knows of kernel functions by name: what waits, and for what.

Names are those of Linux 2.6.32 to 7.3; a name that a kernel does not have does no harm.
"""

from __future__ import annotations

__all__ = [
    "LOCK_WAITS",
    "POISON",
    "SPINS",
    "WAITS",
    "WORK_FLUSHES",
    "Poison",
    "base_name",
    "is_put",
    "public",
]

import re

import msgspec

_SUFFIX = re.compile(r"(?:\.(?:isra|constprop|part|cold|llvm|lto_priv)(?:\.\d+)*)+$")
_PUT = re.compile(r"(?:^|_)(?:put|unref)(?:_|\d|$)|^_*(?:i|d|f|mm|bd|fd|mnt)put(?:_|$)|_[df]put$")
#: Names with ``put`` that write data: into a buffer, a message, user space.
_WRITES = re.compile(
    r"(?:^|_)(?:skb|nla|nlmsg|nlattr|genlmsg|rtnl|seq|user|cpu|cpus|unaligned|bits?|msg|xdr|char|value|buf|byte|sg"
    r"|iov|le16|le32|le64|be16|be32|be64|u8|u16|u32|u64|string|str|fifo|input|output|in|out"
    r"|super|old|pages?_list|compat|prev|task_stack|online|mems|unmap)(?:_|$)"
)

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
    "__flush_scheduled_work": "every work item of the system workqueue",
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
    "wait_for_completion_io": "a completion",
    "wait_for_completion_killable_timeout": "a completion",
    "wait_for_completion_interruptible_timeout": "a completion",
    "kthread_destroy_worker": "the work of a kthread worker",
    "kthread_stop_put": "the kernel thread to end",
    "timer_shutdown_sync": "the timer's function to return",
    "synchronize_rcu_normal": "an RCU grace period",
    "synchronize_sched": "an RCU grace period",
    "synchronize_rcu_bh": "an RCU grace period",
    "synchronize_rcu_tasks": "an RCU grace period",
    "wait_rcu_gp": "an RCU grace period",
    "_synchronize_rcu_expedited": "an RCU grace period",
    "synchronize_sched_expedited": "an RCU grace period",
    "synchronize_srcu_expedited": "the readers of an SRCU domain",
    "_rcu_barrier": "all RCU callbacks",
    "netdev_wait_allrefs": "the references to a network device",
    "netdev_run_todo": "the references to a network device",
    "blk_freeze_queue": "the requests of a block queue to end",
    "blk_mq_freeze_queue": "the requests of a block queue to end",
    "blk_mq_freeze_queue_nomemsave": "the requests of a block queue to end",
    "blk_queue_enter": "a frozen block queue",
    "__bio_queue_enter": "a frozen block queue",
    "blk_mq_get_tag": "a free tag of a block queue",
    "jbd2_log_wait_commit": "a commit of the journal",
    "start_this_handle": "the journal",
    "wait_on_page_bit": "a page under I/O",
    "wait_on_page_bit_common": "a page under I/O",
    "folio_wait_bit": "a page under I/O",
    "folio_wait_writeback": "a page under I/O",
    "__lock_page": "a locked page",
    "__folio_lock": "a locked page",
    "__wait_on_buffer": "I/O",
    "lru_add_drain_all": "every CPU to drain its pages",
    "__lru_add_drain_all": "every CPU to drain its pages",
    "__lock_sock": "a socket lock",
    "lock_sock_nested": "a socket lock",
    "io_schedule": "I/O",
    "io_schedule_prepare": "I/O",
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
    "ww_mutex_lock": "mutex",
    "ww_mutex_lock_interruptible": "mutex",
    "__ww_mutex_lock_slowpath": "mutex",
    "__mutex_lock_common": "mutex",
    "__mutex_lock_killable_slowpath": "mutex",
    "__mutex_lock_interruptible_slowpath": "mutex",
    "mutex_lock_killable_nested": "mutex",
    "mutex_lock_io": "mutex",
    "mutex_lock_io_nested": "mutex",
    "_mutex_lock_nest_lock": "mutex",
    "rt_mutex_lock": "rt_mutex",
    "rt_mutex_slowlock_block": "rt_mutex",
    "__rt_mutex_slowlock": "rt_mutex",
    "__rt_mutex_slowlock_locked": "rt_mutex",
    "rt_mutex_slowlock_locked": "rt_mutex",
    "rt_spin_lock": "spinlock that sleeps (PREEMPT_RT)",
    "rt_mutex_slowlock": "rt_mutex",
    "down_read": "rwsem",
    "down_write": "rwsem",
    "down_read_killable": "rwsem",
    "down_write_killable": "rwsem",
    "rwsem_down_read_slowpath": "rwsem",
    "rwsem_down_write_slowpath": "rwsem",
    "rwsem_down_read_failed": "rwsem",
    "rwsem_down_write_failed": "rwsem",
    "__rwsem_down_write_failed_common": "rwsem",
    "__rwsem_down_read_failed_common": "rwsem",
    "rwsem_down_write_failed_killable": "rwsem",
    "call_rwsem_down_read_failed": "rwsem",
    "call_rwsem_down_write_failed": "rwsem",
    "call_rwsem_down_write_failed_killable": "rwsem",
    "__down_read": "rwsem",
    "__down_write": "rwsem",
    "__down_read_common": "rwsem",
    "__down_write_common": "rwsem",
    "__down_write_nested": "rwsem",
    "__down_write_killable": "rwsem",
    "down_read_nested": "rwsem",
    "down_write_nested": "rwsem",
    "down_read_interruptible": "rwsem",
    "__rwsem_do_wait": "rwsem",
    "rwbase_write_lock": "rwsem",
    "__rwbase_read_lock": "rwsem",
    "percpu_down_read": "percpu rwsem",
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


class Poison(msgspec.Struct, frozen=True):
    """A pattern that the kernel writes into memory: ``freed`` when it was freed, ``list`` into the links of
    an entry that was taken off its list."""

    pattern: re.Pattern[str]
    words: str
    freed: bool = False
    list: bool = False


#: Bytes that the kernel fills memory with, and what an address of them means (include/linux/poison.h).
POISON = (
    Poison(
        re.compile(r"6b6b6b6b6b6b6(?:[b-c]\w\w|000)$|6b6b6b\w\w$"),
        "slab memory that was freed (POISON_FREE, 0x6b)",
        freed=True,
    ),
    Poison(
        re.compile(r"(?:dead000000(?:0001|1001)|1001)\w\w$"),
        "the link of a list entry that was deleted (LIST_POISON1)",
        list=True,
    ),
    Poison(
        re.compile(r"(?:dead000000(?:0002|2002)|2002)\w\w$"),
        "the link of a list entry that was deleted (LIST_POISON2)",
        list=True,
    ),
    Poison(
        re.compile(r"dead4ead\w*$"), "a lock that was never initialised or is overwritten (SPINLOCK_MAGIC)"
    ),
    Poison(re.compile(r"5a5a5a5a5a5a5a\w\w$"), "slab memory that was never written (POISON_INUSE, 0x5a)"),
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
    """Whether the name is that of giving up a reference. ``skb_put()`` writes, ``dev_close()`` closes."""
    plain = base_name(name)
    return _PUT.search(plain) is not None and _WRITES.search(plain) is None
