/*
 * Result: safe
 *
 * Is a workqueue gone that its module destroys at exit?
 */
#include <lastput.h>

MODULE(drv);

static struct workqueue_struct *wq;

static int drv_init(void)
{
	wq = alloc_workqueue("drv", 0, 0);
	return wq ? 0 : -ENOMEM;
}

static void drv_exit(void)
{
	destroy_workqueue(wq);
}

module_init(drv_init);
module_exit(drv_exit);

MODULE(vmlinux);

THREAD(admin)
{
	rmmod("drv");
}
