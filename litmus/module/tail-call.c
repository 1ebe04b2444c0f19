/*
 * Result: unmapped-text (drv)
 *
 * Is a work function safe whose last statement is module_put(THIS_MODULE), if it returns nothing?
 * In C it is not: the call returns into the module. Compare tail-call-jump.c, the same source as gcc -O2 compiles
 * it.
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
