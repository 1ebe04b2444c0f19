"""The words of C as the kernel writes it: which are types, which attributes, which say nothing to us."""

from __future__ import annotations

__all__ = [
    "ALIGNED_WORDS",
    "ARITHMETIC_NAMES",
    "ARITHMETIC_WORDS",
    "ATTRIBUTES",
    "ATTRIBUTES_WITH_ARGS",
    "CONST_WORDS",
    "PACKED_WORDS",
    "RESERVED",
    "SKIPPED_LINES",
    "STORAGE_WORDS",
    "TYPEOF_WORDS",
    "TYPE_STARTS",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ARITHMETIC_WORDS = _words("""
    void char short int long float double signed unsigned __signed__ __signed _Bool __int128
    """)

TYPEOF_WORDS = frozenset(["typeof", "__typeof__", "__typeof", "typeof_unqual", "__typeof_unqual__"])

CONST_WORDS = frozenset(["const", "__const", "__const__"])

# What changes the size of a struct.
PACKED_WORDS = frozenset(["__packed", "packed", "__packed__"])
ALIGNED_WORDS = _words("""
    __aligned aligned __aligned__ ____cacheline_aligned ____cacheline_aligned_in_smp
    ____cacheline_internodealigned_in_smp
    """)

# Typedefs of plain numbers that kernel files use without declaring them.
ARITHMETIC_NAMES = frozenset(
    [f"{p}{k}{n}" for p in ("", "__") for k in "us" for n in (8, 16, 32, 64)]
    + [f"__{e}{n}" for e in ("le", "be") for n in (16, 32, 64)]
    + [f"{u}int{n}_t" for u in ("", "u") for n in (8, 16, 32, 64)]
) | _words("""
    bool size_t ssize_t ptrdiff_t uintptr_t intptr_t loff_t off_t pid_t uid_t gid_t mode_t umode_t dev_t
    gfp_t fmode_t sector_t blkcnt_t pgoff_t dma_addr_t phys_addr_t resource_size_t ktime_t time64_t
    clockid_t irqreturn_t vm_fault_t blk_status_t __poll_t poll_t gva_t gpa_t gfn_t hva_t hpa_t hfn_t
    kvm_pfn_t async_cookie_t key_serial_t uint ulong ushort u_int u_long u_char u_short u_int8_t
    u_int16_t u_int32_t u_int64_t slab_flags_t blk_opf_t blk_mode_t cycles_t
    """)

STORAGE_WORDS = _words("""
    static extern register typedef inline __inline __inline__ auto _Thread_local __thread _Noreturn
    """)

# Attribute words and qualifiers without meaning for object lifetimes, and never followed by arguments.
ATTRIBUTES = _words("""
    volatile __volatile __volatile__ restrict __restrict __restrict__ __extension__ __init __exit
    __initdata __exitdata __initconst __exitconst __refdata __ref __init_or_module __initdata_or_module
    __initconst_or_module __init_refok __meminit __cpuinit __devinit __devexit __devinitdata __net_init
    __net_exit __net_initdata __sched __lockfunc __cpuidle __kprobes __user __kernel __iomem __rcu
    __percpu __force __bitwise __nocast __safe __private __must_hold_lock __always_inline
    __always_unused __maybe_unused __unused __used __must_check __pure __attribute_const__ __cold __hot
    __weak __flatten __malloc __visible __packed __noreturn __deprecated __noclone __no_sanitize_address
    __no_kcsan __no_kasan_or_inline __no_sanitize_or_inline __no_profile __no_stack_protector
    __no_randomize_layout __randomize_layout __designated_init __nonstring __read_mostly __ro_after_init
    __cacheline_aligned __cacheline_aligned_in_smp ____cacheline_aligned ____cacheline_aligned_in_smp
    ____cacheline_internodealigned_in_smp __page_aligned_data __page_aligned_bss __bpf_kfunc
    __bpf_hook_start __gnu_inline __latent_entropy __entry_text __compiletime_object_size __nocapture
    __counted_by_none __mocked __irq_entry __softirq_entry __exception_irq_entry __noscs __nocfi
    __noendbr __noinitretpoline __ksym __no_context_analysis __pgtbl_func_attr __vdso
    __percpu_seg_override noinline noinline_for_stack noinline_for_tracing notrace noinstr
    nokprobe_inline asmlinkage fastcall randomized_struct_fields_start randomized_struct_fields_end
    __visible_for_testing EXPORT_SYMBOL_FOR_TESTS_ONLY INDIRECT_CALLABLE_SCOPE
    VISIBLE_IF_KUNIT
    """)

# Attributes whose arguments, if any, go with them.
ATTRIBUTES_WITH_ARGS = _words("""
    __attribute__ __attribute __acquires __releases __must_hold __cond_acquires __cond_releases
    __acquires_shared __releases_shared __must_hold_shared __cond_lock __printf __scanf __aligned
    __section __alias __alloc_size __realloc_size __assume_aligned __no_sanitize __counted_by
    __counted_by_le __counted_by_be __counted_by_ptr __guarded_by __pt_guarded_by __diagnose_as __error
    __warning __compiletime_error __compiletime_warning __copy __mode __assume __free __cleanup
    __cacheline_group __declspec _Alignas alignas __target __optimize __optimize__ __nonnull
    __nonstring_if __pass_object_size __overloadable __no_profile_if __sized_by __context_unsafe
    __cleanup_value __counted_by_or_null __retain __uninitialized_if __bos __access
    """)

# What may stand first in a type; attribute words may as well.
TYPE_STARTS = frozenset(
    ARITHMETIC_WORDS
    | TYPEOF_WORDS
    | CONST_WORDS
    | {"struct", "union", "enum", "__auto_type", "volatile", "__volatile__", "_Atomic"}
)

# No expression and no name is one of these.
RESERVED = _words("""
    if else while do for switch case default break continue return goto struct union enum typedef static
    extern register inline const volatile void char short int long float double signed unsigned asm
    __asm__ __asm __label__
    sizeof _Alignof alignof __alignof__ __alignof
    """)

# Lines at file scope of which lastput knows that they do not matter to it.
SKIPPED_LINES = _words("""
    EXPORT_SYMBOL EXPORT_SYMBOL_GPL EXPORT_SYMBOL_NS EXPORT_SYMBOL_NS_GPL EXPORT_SYMBOL_FOR_MODULES
    EXPORT_SYMBOL_FOR_KVM EXPORT_SYMBOL_FOR_KVM_INTERNAL EXPORT_SYMBOL_GPL_FOR_MODULES
    EXPORT_STATIC_CALL EXPORT_STATIC_CALL_GPL EXPORT_STATIC_CALL_TRAMP EXPORT_STATIC_CALL_TRAMP_GPL
    EXPORT_PER_CPU_SYMBOL EXPORT_PER_CPU_SYMBOL_GPL EXPORT_TRACEPOINT_SYMBOL
    EXPORT_TRACEPOINT_SYMBOL_GPL EXPORT_SYMBOL_IF_KUNIT EXPORT_INDIRECT_CALLABLE EXPORT_DEV_PM_OPS
    NOKPROBE_SYMBOL ALLOW_ERROR_INJECTION MODULE_LICENSE MODULE_AUTHOR MODULE_DESCRIPTION MODULE_VERSION
    MODULE_ALIAS MODULE_ALIAS_MISCDEV MODULE_ALIAS_BLOCKDEV_MAJOR MODULE_ALIAS_CHARDEV_MAJOR
    MODULE_ALIAS_CHARDEV MODULE_ALIAS_FS MODULE_ALIAS_NETPROTO MODULE_ALIAS_DYNAMIC MODULE_DEVICE_TABLE
    MODULE_FIRMWARE MODULE_INFO MODULE_IMPORT_NS MODULE_SOFTDEP MODULE_WEAKDEP MODULE_SUPPORTED_DEVICE
    MODULE_PARM_DESC MODULE_PARM module_param module_param_named module_param_array
    module_param_array_named module_param_string module_param_cb module_param_call module_param_unsafe
    module_param_named_unsafe module_param_hw module_param_hw_array module_param_cb_unsafe core_param
    core_param_cb device_param_cb early_param early_initcall pure_initcall core_initcall
    core_initcall_sync postcore_initcall postcore_initcall_sync arch_initcall arch_initcall_sync
    subsys_initcall subsys_initcall_sync fs_initcall fs_initcall_sync rootfs_initcall device_initcall
    device_initcall_sync late_initcall late_initcall_sync console_initcall __setup __setup_param
    __initcall __exitcall static_assert _Static_assert BUILD_BUG_ON BUILD_BUG_ON_MSG
    ASSERT_STRUCT_OFFSET BTF_ID BTF_SET_START BTF_SET_END late_initcall_nosync CREATE_TRACE_POINTS
    TRACE_EVENT DEFINE_EVENT DECLARE_EVENT_CLASS
    """)
