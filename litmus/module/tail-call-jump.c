/*
 * Result: safe
 *
 * Does a compiler that makes a jump of the last call close the window of a self-put?
 * In that binary, yes: module_put() returns to process_one_work() directly. It is luck, not a fix: a return value, a
 * local whose address escapes, or -fno-optimize-sibling-calls brings the window back.
 *
 * Claims: C3
 * Options: tail-calls
 */
#include <lastput.h>

MODULE(drv);

static struct work_struct work;

static void drv_work(struct work_struct *w)
{
	module_put(THIS_MODULE);
}

static int drv_init(void)
{
	INIT_WORK(&work, drv_work);
	__module_get(THIS_MODULE);
	schedule_work(&work);
	return 0;
}

static void drv_exit(void)
{
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(admin)
{
	rmmod("drv");
}
