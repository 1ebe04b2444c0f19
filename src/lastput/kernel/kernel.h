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
#define dump_stack() ((void)0)

/* One CPU or many is the same to the model: every interleaving of tasks is tried. */
#define smp_processor_id() 0
#define raw_smp_processor_id() 0
#define num_online_cpus() 1
#define jiffies 0
#define HZ 1
#define ktime_get() 0
#define msecs_to_jiffies(x) (x)
