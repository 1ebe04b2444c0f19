"""Functions that no story is about: the reporting code, the allocator, the sanitizers, entry code, helpers.

Names are those of Linux 2.6.32 to 7.3; a name that a kernel does not have does no harm. What has a pattern
is told by it, so that the next variant of a name is known, too.
"""

from __future__ import annotations

__all__ = [
    "ALLOCATES",
    "ALLOCATORS",
    "ENTRY",
    "HELPERS",
    "MACHINERY",
    "REPORTERS",
    "SLEEP",
    "SOFTIRQ",
    "SOFTIRQ_CALLERS",
    "TICK",
]

from functools import lru_cache

from lastput.splat.lazy import Lazy


class Names:
    """A set of function names, some of them given by patterns."""

    def __init__(self, exact: str, patterns: str = "(?!)", *others: Names) -> None:
        self._exact = frozenset(exact.split())
        self._like = Lazy(rf"(?:{patterns})$")
        self._others = others
        self._find = lru_cache(maxsize=1 << 14)(self._known)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._find(name)

    def _known(self, name: str) -> bool:
        if name in self._exact or self._like.match(name) is not None:
            return True
        return any(name in other for other in self._others)


#: Entry code of exceptions and interrupts: what stands outside of it was interrupted.
ENTRY = Names(
    "apic_timer_interrupt common_interrupt ret_from_intr retint_kernel retint_user page_fault"
    " async_page_fault"
    " invalid_op general_protection divide_error stack_segment double_fault int3 debug nmi end_repeat_nmi"
    " reschedule_interrupt call_function_interrupt call_function_single_interrupt irq_work_interrupt"
    " xen_hvm_callback_vector hyperv_callback_vector kvm_posted_intr_ipi error_exit error_code"
    " repeat_nmi paranoid_exit alignment_check device_not_available overflow bounds hypervisor_callback"
    " __irq_svc __dabt_svc __und_svc __pabt_svc __irq_usr __fiq_svc __und_svc_finish"
    " ret_from_exception handle_exception _restore_regs ret_from_irq handle_int except_vec_vi_end"
    " rollback_handle_int handle_vint handle_cpu_irq handle_tlb_protect ret_from_fork_exception"
    " io_int_handler ext_int_handler pgm_check_handler mcck_int_handler restart_int_handler"
    " call_handle_page_fault ret_from_except ret_from_except_full fast_exception_return",
    r"asm_(?:sysvec|exc|common|spurious|load)\w*|el[01][ht]?_?\w*(?:irq|fiq|sync|error|da|undef|inv|dbg)\w*"
    r"|\w+_common_(?:virt|real)|handle_(?:ades?|adel|bp|tr|ri|fpe|reserved|sys)\w*_?int",
)
#: The loop over pending softirqs, and who runs it on the way out of something else.
SOFTIRQ = Names("__do_softirq handle_softirqs do_softirq_post_smp_call_flush")
SOFTIRQ_CALLERS = Names(
    "do_softirq do_softirq_own_stack call_softirq __local_bh_enable_ip local_bh_enable local_bh_enable_ip"
    " _local_bh_enable_ip __local_bh_enable ____do_softirq call_on_irq_stack __do_softirq_own_stack"
    " call_do_softirq"
    " _local_bh_enable do_softirq_part __softirqentry_text_start",
    "do_softirq.*",
    SOFTIRQ,
)

#: The watchdogs, in the tick or the NMI in which they look at what runs.
TICK = Names(
    "watchdog_timer_fn rcu_sched_clock_irq rcu_check_callbacks rcu_pending check_cpu_stall print_cpu_stall"
    " print_other_cpu_stall rcu_dump_cpu_stacks update_process_times tick_sched_handle tick_sched_timer"
    " tick_nohz_handler tick_nohz_highres_handler tick_periodic tick_handle_periodic rcu_stall_kick_kthreads"
    " watchdog_overflow_callback watchdog_hardlockup_check watchdog_check_hardlockup_hw __perf_event_overflow"
    " perf_event_overflow handle_pmi_common intel_pmu_handle_irq x86_pmu_handle_irq amd_pmu_handle_irq"
    " perf_event_nmi_handler nmi_handle default_do_nmi do_nmi exc_nmi nmi_cpu_backtrace do_handle_IPI"
    " ipi_handler"
    " nmi_cpu_backtrace_handler soft_nmi_interrupt soft_nmi_common handle_backtrace",
    r"nmi_\w*backtrace\w*|arch_trigger_\w+|rcu_\w*stall\w*|trigger_\w*backtrace\w*|dump_cpu_task|sched_show_task"
    r"|__?nmi_\w+",
)

REPORTERS = Names(
    "dump_stack dump_stack_lvl __dump_stack dump_backtrace show_stack show_stack_log_lvl show_trace"
    " show_trace_log_lvl show_regs unwind_backtrace walk_stackframe notify_die die die_addr __die __die_body"
    " oops_end oops_begin no_context bad_area bad_area_nosemaphore __bad_area __bad_area_nosemaphore"
    " page_fault_oops kernelmode_fixup_or_oops search_exception_tables fixup_exception mm_fault_error"
    " spurious_fault do_trap do_error_trap do_invalid_op do_divide_error do_general_protection fixup_bug"
    " do_double_fault df_task_stub handle_stack_overflow kernel_bad_stack bug_handler brk_handler"
    " do_debug_exception"
    " do_undefinstr undef_handler call_undef_hook do_undef_instr arm64_notify_die el1_undef do_mem_abort"
    " do_translation_fault do_page_fault __do_page_fault do_bad_area __do_kernel_fault die_kernel_fault"
    " do_tag_check_fault do_tag_recovery do_alignment_fault do_sea el1_abort el1_pc el1_bti el1_fpac"
    " do_DataAbort do_PrefetchAbort trace_do_page_fault do_async_page_fault do_kern_addr_fault"
    " do_user_addr_fault exc_page_fault handle_page_fault bad_page_fault __bad_page_fault"
    " report_bug handle_bug exc_invalid_op __warn warn_slowpath_fmt warn_slowpath_null warn_slowpath_common"
    " warn_slowpath_fmt_taint __warn_printk warn_bogus_irq_restore panic vpanic nmi_panic panic_on_this_cpu"
    " __stack_chk_fail exc_general_protection exc_divide_error exc_double_fault exc_stack_segment"
    " make_task_dead rewind_stack_do_exit rewind_stack_and_make_dead check_panic_on_warn"
    " do_trap_break handle_break do_bp do_ri do_bug __bug ubsan_epilogue ubsan_prologue"
    " refcount_warn_saturate refcount_error_report ex_handler_refcount"
    " ____do_page_fault hash__do_page_fault program_check_exception exception_common do_program_check"
    " do_trap_insn_fault do_trap_insn_illegal do_trap_error do_exception pgm_check_handler __do_pgm_check"
    " illegal_op monitor_event_exception do_report_trap data_exception"
    " print_bad_pte bad_page dump_page free_page_is_bad check_new_page_bad check_new_pages"
    " __might_resched ___might_sleep __might_sleep __might_fault might_fault __schedule_bug"
    " debug_smp_processor_id check_preemption_disabled __this_cpu_preempt_check"
    " spin_dump spin_bug do_raw_spin_lock do_raw_spin_unlock do_raw_read_lock do_raw_write_lock rwlock_bug"
    " debug_spin_lock_before debug_spin_unlock __spin_lock_debug"
    " check_noncircular check_prev_add check_prevs_add __lock_acquire lock_acquire __lock_release"
    " lock_release"
    " lock_is_held_type validate_chain mark_lock mark_lock_irq mark_held_locks mark_usage check_usage"
    " check_usage_backwards check_usage_forwards check_irq_usage check_wait_context check_deadlock"
    " register_lock_class assign_lock_key lockdep_rcu_suspicious lockdep_sys_exit debug_check_no_locks_freed"
    " debug_check_no_locks_held lock_acquired lock_acquire_exclusive __lock_set_class lock_set_class"
    " lockdep_init_map_type lockdep_init_map_waits lockdep_init_map validate_chain_lock valid_state"
    " lockdep_hardirqs_on_prepare lockdep_hardirqs_on lockdep_register_key lockdep_unregister_key"
    " debug_print_object __debug_object_init debug_object_init debug_object_init_on_stack"
    " debug_object_activate debug_object_deactivate debug_object_destroy debug_object_free"
    " debug_object_assert_init debug_object_active_state __debug_check_no_obj_freed debug_check_no_obj_freed"
    " debug_objects_fixup lookup_object_or_alloc"
    " __list_del_entry_valid __list_add_valid __list_del_entry_valid_or_report __list_add_valid_or_report"
    " __list_del_entry __list_add list_del list_add"
    " hung_task_panic check_hung_uninterruptible_tasks check_hung_task debug_show_all_locks watchdog"
    " usercopy_abort __check_heap_object __check_object_size check_heap_object __check_kernel_bounds"
    " object_err slab_err slab_bug slab_fix print_trailer print_tracking check_bytes_and_report check_object"
    " check_slab slab_pad_check free_debug_processing alloc_debug_processing free_consistency_checks"
    " alloc_consistency_checks list_slab_objects kmem_cache_shutdown __slab_err on_freelist"
    " should_fail should_fail_ex should_failslab __should_failslab should_fail_alloc_page fail_dump"
    " should_fail_usercopy fault_create_debugfs_attr"
    " ref_tracker_free ref_tracker_alloc ref_tracker_dir_exit ref_tracker_dir_print"
    " report_cpu_race csd_lock_record",
    r"(?:un)?poison_\w+|unwind_\w+|__?orc_find\w*|__unwind_start|irqentry_\w+|raw_irqentry_\w+"
    r"|exit_to_user_mode\w*|get_stack_info\w*|in_task_stack\w*|_*kernel_text_address"
    r"|print_(?:report|address_description|bug|circular|usage|unlock|deadlock|irq|lock|bad|object|trailer"
    r"|tracking|section|page|shadow|memory|track|unreferenced|held|BUG|collision|kernel|lockdep|freed)\w*"
    r"|_*kasan_\w+|_*kfence_\w+|_*kmsan_\w+|_*kcsan_\w+|_*ubsan_\w+|_*(?:asan|hwasan|tsan|msan|sanitizer)_\w+"
    r"|_*(?:hw)?asan\w*|kcov_\w+|write_comp_data|end_report|start_report|report_(?:access|error|usage)\w*"
    r"|__warn\.\w+|panic\.\w+|asm_exc_\w+|exc_\w+|save_stack\w*|save_trace|set_track\w*|save_track\w*"
    r"|check_(?:memory_region\w*|region_inline|access)|memory_is_\w+|stack_(?:depot|trace)_\w+|stack_access_ok"
    r"|set_alloc_info|set_free_info|depot_save_stack|__trace_\w+|trace_hardirqs_o\w+|trace_\w+_thunk"
    r"|arch_stack_walk\w*|kunit_\w+|do_trap\w*|do_sp_pc_abort|do_serror",
)

ALLOCATORS = Names(
    "kfree kvfree kzfree kfree_sensitive kfree_const vfree __vfree vfree_atomic devres_free kfree_bulk"
    " slab_free slab_free_hook slab_free_freelist_hook do_slab_free ___cache_free __cache_free"
    " cache_flusharray free_block slabs_destroy slab_destroy memcg_slab_free_hook __slab_free ___slab_free"
    " build_detached_freelist maybe_kfree_parm free_to_pcs free_large_kmalloc free_large_kmalloc_node"
    " slab_alloc slab_alloc_node ___slab_alloc __slab_alloc slab_post_alloc_hook slab_pre_alloc_hook"
    " new_slab allocate_slab alloc_slab_page cache_grow cache_grow_begin cache_alloc_refill kmem_getpages"
    " ____cache_alloc __do_cache_alloc cache_alloc_debugcheck_after __do_kmalloc __do_kmalloc_node"
    " do_kmem_cache_create fallback_alloc memdup_user strndup_user alloc_slab_obj_exts refill_objects"
    " allocate_slab_obj_exts setup_object setup_object_debug slab_pcs_alloc slab_update_freelist"
    " create_object delete_object delete_object_full __delete_object __create_object find_and_remove_object"
    " get_page_from_freelist prep_new_page post_alloc_hook prep_compound_page rmqueue"
    " free_unref_page free_unref_page_prepare free_unref_page_commit free_unref_folios free_frozen_pages"
    " __free_frozen_pages free_pcp_prepare free_pages_prepare __free_pages_prepare free_pages __free_pages"
    " __free_pages_ok free_pages_ok free_hot_cold_page free_the_page ___free_pages __folio_put put_page"
    " __put_page page_frag_free reset_page_owner set_page_owner discard_slab free_slab __free_slab"
    " put_cpu_partial unfreeze_partials __unfreeze_partials qlink_free qlist_free_all",
    r"_*k[mzcv]?(?:v[mzc])?alloc\w*|_*kv[mzc]?alloc\w*|_*kmem_cache_(?:z?alloc|free)\w*|_*k?memdup\w*|kstrn?dup\w*"
    r"|_*vmalloc\w*|_*vzalloc\w*|_*kmemleak_\w+|_*alloc_(?:pages?|frozen_pages)\w*|_*folio_alloc\w*"
    r"|kmalloc_(?:order|large|array|reserve|trace|node_trace)\w*|kasprintf|kvasprintf\w*|_*page_owner\w*"
    r"|mempool_(?:alloc|free|kmalloc|kfree)\w*|slab_\w*freelist\w*|_*kvfree\w*|_*kfree|_*krealloc\w*|krealloc_\w+",
)

#: The inside of an allocation: what faults there met a free list that somebody else has damaged.
ALLOCATES = Names(
    "get_freepointer get_freepointer_safe prefetch_freepointer slab_alloc slab_alloc_node ___slab_alloc"
    " __slab_alloc deactivate_slab get_partial_node get_any_partial acquire_slab freeze_slab new_slab"
    " cache_alloc_refill ____cache_alloc __do_cache_alloc slab_get_obj fixup_slab_list rmqueue rmqueue_bulk"
    " get_page_from_freelist __rmqueue_pcplist memcg_slab_post_alloc_hook refill_objects"
    " __refill_objects alloc_from_pcs",
    r"_*kmem_cache_z?alloc\w*|_*kmalloc(?:_node|_cache|_trace|_large|_track_caller|_node_track_caller)?\w*"
    r"|kmem_cache_alloc_\w+",
)

#: Helpers below the function that a story is about: strings, lists, counters, locks taken in passing.
HELPERS = Names(
    "strlen strnlen strcmp strncmp strcpy strncpy strlcpy strscpy sized_strscpy strcat strncat strchr strstr"
    " strrchr strcasecmp memcmp memchr memchr_inv bcmp string string_nocheck vsnprintf snprintf sprintf"
    " vscnprintf vprintk_emit copy_user_generic_unrolled copy_user_enhanced_fast_string rep_movs_alternative"
    " copyout copyin _copy_from_iter _copy_to_iter instrument_copy_from_user"
    " rb_erase rb_insert_color rb_next rb_first rb_prev rb_last ____rb_erase_color __rb_erase_color"
    " atomic_read atomic_inc atomic_dec atomic_dec_and_test atomic_fetch_add_relaxed"
    " instrument_atomic_read instrument_atomic_write instrument_atomic_read_write"
    " queued_spin_lock_slowpath native_queued_spin_lock_slowpath spin_lock_irqsave spin_lock spin_lock_bh"
    " test_bit set_bit clear_bit hlist_del hlist_del_rcu owner_on_cpu mutex_can_spin_on_owner"
    " mutex_spin_on_owner mutex_optimistic_spin __mutex_trylock_common get_task_struct"
    " __read_once_size __write_once_size __read_once_word_nocheck",
    r"_*(?:mem|str)(?:cpy|move|set)(?:_\w+)?|_?_?copy_(?:from|to)_user\w*|_raw_(?:spin|read|write)_(?:un)?(?:try)?lock\w*"
    r"|_*refcount_\w+|_*kref_\w+|_*(?:arch_|raw_)?atomic(?:64|_long)?_\w+|_*list_(?:add|del|empty|move|splice)\w*"
    r"|_*(?:rt_|ww_)?mutex_(?:un|try)lock\w*|_*up_(?:read|write)(?:_\w+)?|\w+_unlock_slowpath|up_(?:read|write)"
    r"|_*hlist_\w+|_*rcu_read_\w+|rcu_is_watching|rcu_lockdep_\w+|lock_is_held\w*|debug_lockdep_\w+"
    r"|preempt_count_\w+|lockdep_\w+|__?trace_\w+|rcu_dynticks_\w+|queued_\w+_(?:un)?lock\w*|do_raw_\w+",
)


#: The inside of a sleep.
SLEEP = Names(
    "__schedule schedule schedule_timeout schedule_preempt_disabled __wait_for_common wait_for_common"
    " do_wait_for_common wait_for_common_io __do_wait_for_common schedule_hrtimeout_range_clock"
    " schedule_hrtimeout_range schedule_timeout_uninterruptible schedule_timeout_interruptible context_switch"
    " __switch_to __switch_to_asm preempt_schedule_common preempt_schedule preempt_schedule_irq"
    " __cond_resched"
    " _cond_resched dynamic_cond_resched preempt_schedule_thunk ___preempt_schedule rt_mutex_schedule"
    " schedule_rtlock rtlock_slowlock __sched_text_start bit_wait __wait_on_bit out_of_line_wait_on_bit"
    " __schedule_loop preempt_schedule_notrace __refrigerator finish_task_switch do_sched_yield",
)

#: Frames of the reporting code, of the allocator and of entry code, which no story is about.
MACHINERY = Names("", "(?!)", REPORTERS, ALLOCATORS, ENTRY, SLEEP)
