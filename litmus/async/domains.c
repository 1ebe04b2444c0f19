/*
 * Result: safe
 *
 * Do all the ways to schedule an async function lead to one that can be waited for?
 * One task tries them all.
 */
#include <lastput.h>

static ASYNC_DOMAIN(domain);
static atomic_t calls;

static void probe(void *data, async_cookie_t cookie)
{
	atomic_inc(&calls);
}

THREAD(user)
{
	async_cookie_t cookie = async_schedule_node(probe, NULL, 0);

	async_schedule_node_domain(probe, NULL, 0, &domain);
	async_synchronize_cookie(cookie + 1);
	WARN_ON(!atomic_read(&calls));
	async_synchronize_full();
	WARN_ON(atomic_read(&calls) != 2);
}
