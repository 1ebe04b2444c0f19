/*
 * Result: deadlock
 *
 * May an async function call async_synchronize_full()?
 * No. It is itself one of the entries that are waited for. (So a module whose init runs asynchronously must not do it.)
 */
#include <lastput.h>

static void probe(void *data, async_cookie_t cookie)
{
	async_synchronize_full();
}

THREAD(user)
{
	async_schedule(probe, NULL);
}
