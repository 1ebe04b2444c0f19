/*
 * BUG, WARN, printk and other odds and ends.
 *
 * Models include/asm-generic/bug.h, include/linux/{printk,bug,lockdep,instrumented}.h. WARN* reports and
 * goes on, as the kernel does; BUG* ends the run. Messages to the log are left out; their arguments are
 * not evaluated.
 */

#define BUG() fail(WARN, NULL, "kernel BUG")
#define BUG_ON(cond) do { if (cond) fail(WARN, NULL, "kernel BUG at BUG_ON(" #cond ")"); } while (0)
#define BUILD_BUG_ON(cond) ((void)0)
#define BUILD_BUG() ((void)0)

#define WARN_ON(cond) ({						\
	int __warn = !!(cond);						\
	if (__warn)							\
		warn(WARN, NULL, "WARN_ON(" #cond ")");			\
	__warn;								\
})
#define WARN_ON_ONCE(cond) WARN_ON(cond)
#define WARN(cond, ...) WARN_ON(cond)
#define WARN_ONCE(cond, ...) WARN_ON(cond)
#define VM_WARN_ON(cond) WARN_ON(cond)
#define VM_BUG_ON(cond) BUG_ON(cond)
#define CHECK_DATA_CORRUPTION(cond, ...) WARN_ON(cond)

#define printk(...) ((void)0)
#define pr_emerg(...) ((void)0)
#define pr_crit(...) ((void)0)
#define pr_err(...) ((void)0)
#define pr_warn(...) ((void)0)
#define pr_warn_once(...) ((void)0)
#define pr_warn_ratelimited(...) ((void)0)
#define pr_err_ratelimited(...) ((void)0)
#define pr_notice(...) ((void)0)
#define pr_info(...) ((void)0)
#define pr_info_once(...) ((void)0)
#define pr_debug(...) ((void)0)
#define pr_debug_ratelimited(...) ((void)0)
#define dev_err(...) ((void)0)
#define dev_warn(...) ((void)0)
#define dev_info(...) ((void)0)
#define dev_dbg(...) ((void)0)
#define dev_notice(...) ((void)0)
#define dev_err_ratelimited(...) ((void)0)
#define dev_warn_ratelimited(...) ((void)0)
#define pr_cont(...) ((void)0)
#define dump_stack() ((void)0)

/* One CPU or many is the same to the model: every interleaving of tasks is tried. */
#define smp_processor_id() 0
#define raw_smp_processor_id() 0
#define num_online_cpus() 1
#define jiffies 0
#define HZ 1
#define ktime_get() 0
#define msecs_to_jiffies(x) (x)
#define secs_to_jiffies(x) (x)
#define usecs_to_jiffies(x) (x)
#define jiffies_to_msecs(x) (x)

/* include/linux/jiffies.h:127: any time may have passed */
#define time_after(a, b) ({ int __late; plain { __late = choose(2); } __late; })
#define time_before(a, b) time_after(b, a)
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)
#define NSEC_PER_USEC 1000
#define NSEC_PER_MSEC 1000000
#define NSEC_PER_SEC 1000000000
#define ms_to_ktime(x) (x)
#define ns_to_ktime(x) (x)
#define us_to_ktime(x) (x)

/* gcc's own: the bytes of a number in the other order */
static inline u16 __builtin_bswap16(u16 x)
{
	return x << 8 | x >> 8;
}

static inline u32 __builtin_bswap32(u32 x)
{
	return (u32)__builtin_bswap16(x) << 16 | __builtin_bswap16(x >> 16);
}

static inline u64 __builtin_bswap64(u64 x)
{
	return (u64)__builtin_bswap32(x) << 32 | __builtin_bswap32(x >> 32);
}

/* include/linux/bitfield.h:112, without its checks: a mask's lowest bit is what a field counts in */
#define FIELD_MAX(mask) ((mask) / ((mask) & -(mask)))
#define FIELD_FIT(mask, val) (!(((val) * ((mask) & -(mask))) & ~(mask)))
#define FIELD_PREP(mask, val) (((val) * ((mask) & -(mask))) & (mask))
#define FIELD_GET(mask, reg) (((reg) & (mask)) / ((mask) & -(mask)))

/* include/linux/nospec.h:51: what a CPU may speculate is left out */
#define array_index_nospec(index, size) (index)
