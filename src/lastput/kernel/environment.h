/*
 * The world outside: what may fail, and how often it calls.
 *
 * Models lib/fault-inject.c and kernel/fail_function.c (6.12). A request for something that is not memory (an
 * interrupt, a clock, a device) succeeds unless the run defines CONFIG_FAIL_FUNCTION: then each may fail. Memory is
 * slab.c's CONFIG_FAILSLAB.
 *
 * Who registers a callback is called by threads of the modelled kernel, which exist only in runs that register
 * something. Each registration is called NR_EVENTS times at most (default 2), so that a run ends; then all that is
 * left over is seen. A fault that needs more calls needs a larger NR_EVENTS.
 */

#ifndef NR_EVENTS
#define NR_EVENTS 2
#endif

/* Does this request fail? */
#ifdef CONFIG_FAIL_FUNCTION
#define __request_fails() ({			\
	int __fails;				\
	plain { __fails = choose(2); }		\
	__fails;				\
})
#else
#define __request_fails() 0
#endif
