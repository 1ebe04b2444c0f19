/*
 * Result: leak (workqueue_struct)
 *
 * May a module go without destroying its workqueue?
 * Nobody else has a pointer to it: what its module leaves behind cannot be given back any more.
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
}

module_init(drv_init);
module_exit(drv_exit);

MODULE(vmlinux);

THREAD(admin)
{
	rmmod("drv");
}
