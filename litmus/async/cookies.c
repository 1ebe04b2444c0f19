/*
 * Result: safe
 *
 * For which async functions does async_synchronize_cookie() wait?
 * For those of the domain that were scheduled before the cookie's own.
 *
 * Options: workers=2
 */
#include <lastput.h>

static ASYNC_DOMAIN(domain);
static int first_done, second_done;

static void first(void *data, async_cookie_t cookie)
{
	first_done = 1;
}

static void second(void *data, async_cookie_t cookie)
{
	async_synchronize_cookie_domain(cookie, &domain);
	WARN_ON(!first_done);
	second_done = 1;
}

THREAD(user)
{
	async_schedule_domain(first, NULL, &domain);
	async_schedule_domain(second, NULL, &domain);
	async_synchronize_full_domain(&domain);
	WARN_ON(!first_done || !second_done);
}
