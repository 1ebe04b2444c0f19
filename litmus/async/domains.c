/*
 * Result: safe
 *
 * Do all the ways to schedule an async function lead to one that can be waited for?
 * One task tries them all.
 */
#include <lastput.h>

static ASYNC_DOMAIN(domain);
static int calls;

static void probe(void *data, async_cookie_t cookie)
{
	calls++;
}

THREAD(user)
{
	async_cookie_t cookie = async_schedule_node(probe, NULL, 0);

	async_schedule_node_domain(probe, NULL, 0, &domain);
	async_synchronize_cookie(cookie + 1);
	WARN_ON(!calls);
	async_synchronize_full();
	WARN_ON(calls != 2);
}
