/*
 * Result: safe
 *
 * What does the second of two rmmods of the same module get?
 * EBUSY while the first one is under way, ENOENT after it.
 */
#include <lastput.h>

MODULE(drv);

static void drv_exit(void)
{
	msleep(1);
}

module_exit(drv_exit);

THREADS(admin, 2)
{
	int err = rmmod("drv");

	BUG_ON(err != 0 && err != -EBUSY && err != -ENOENT);
}
