/*
 * Asynchronous function calls.
 *
 * Models kernel/async.c (6.12). Each call is a work item on a workqueue of its own. What blocks:
 * async_synchronize_*() until no entry (below the cookie) is left in the domain, or for
 * async_synchronize_full(), which delete_module() calls, in any registered domain. An entry leaves its domain
 * only after its function has returned to built-in text; that is why an async function may put the last
 * reference to its own module. Exclusive domains are not registered.
 *
 * With CONFIG_ASYNC_OOM each call may run in the caller instead, as it does there without memory or with more
 * than 32768 entries: then nobody waits for it.
 *
 * Left out: NUMA nodes; async_schedule_dev() and its kin, which only pass a device.
 */

#define ASYNC_COOKIE_MAX INT_MAX

typedef void (*async_func_t)(void *data, async_cookie_t cookie);

struct async_domain {
	int registered;
};

struct async_entry {
	struct work_struct work;
	async_cookie_t cookie;
	async_func_t func;
	void *data;
	struct async_domain *domain;
};

#define ASYNC_DOMAIN(name) struct async_domain name = { .registered = 1 }
#define ASYNC_DOMAIN_EXCLUSIVE(name) struct async_domain name = { .registered = 0 }

static struct async_domain async_dfl_domain = { .registered = 1 };
static struct workqueue_struct __async_wq;
static int next_cookie = 1;

/* kernel/async.c:117: the entry is freed in the step in which it leaves the lists */
static void async_run_entry_fn(struct work_struct *work)
{
	struct async_entry *entry = container_of(work, struct async_entry, work);

	entry->func(entry->data, entry->cookie);
	kfree(entry);
}

/* kernel/async.c:150 */
static async_cookie_t __async_schedule_node_domain(async_func_t func, void *data, struct async_domain *domain,
						   struct async_entry *entry)
{
	async_cookie_t cookie;

	INIT_WORK(&entry->work, async_run_entry_fn);
	atomic {
		entry->func = func;
		entry->data = data;
		entry->cookie = next_cookie;
		entry->domain = domain;
		cookie = next_cookie;
		next_cookie++;
	}
	queue_work(&__async_wq, &entry->work);
	return cookie;
}

/* kernel/async.c:200 */
static async_cookie_t async_schedule_domain(async_func_t func, void *data, struct async_domain *domain)
{
	struct async_entry *entry;

#ifdef CONFIG_ASYNC_OOM
	int oom;

	plain { oom = choose(2); }
	if (oom) {
		func(data, 0);
		return 0;
	}
#endif
	entry = __alloc();
	return __async_schedule_node_domain(func, data, domain, entry);
}

#define async_schedule(func, data) async_schedule_domain(func, data, &async_dfl_domain)
#define async_schedule_node(func, data, node) async_schedule_domain(func, data, &async_dfl_domain)
#define async_schedule_node_domain(func, data, node, domain) async_schedule_domain(func, data, domain)

/* kernel/async.c:89; a domain of NULL stands for all registered ones; in a block */
static inline async_cookie_t lowest_in_progress(struct async_domain *domain)
{
	struct async_entry *entry;
	long lowest = ASYNC_COOKIE_MAX;
	long cookie;

	for_each_instance(struct async_entry, entry) {
		if (entry->domain && (domain ? entry->domain == domain : entry->domain->registered)) {
			cookie = entry->cookie;
			if (cookie < lowest)
				lowest = cookie;
		}
	}
	return lowest;
}

/* kernel/async.c:310 */
static void async_synchronize_cookie_domain(async_cookie_t cookie, struct async_domain *domain)
{
	SLEEP_UNTIL(atomic, lowest_in_progress(domain) >= cookie);
}

/* kernel/async.c:282 */
static void async_synchronize_full(void)
{
	async_synchronize_cookie_domain(ASYNC_COOKIE_MAX, NULL);
}

#define async_synchronize_full_domain(domain) async_synchronize_cookie_domain(ASYNC_COOKIE_MAX, domain)
#define async_synchronize_cookie(cookie) async_synchronize_cookie_domain(cookie, &async_dfl_domain)
