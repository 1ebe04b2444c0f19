/*
 * Result: use-after-free (lo_fops)
 *
 * Would the put in __loop_clr_fd() be safe without lo_fops.owner?
 * Its text would, by luck: the exit function takes open_mutex in del_gendisk(), and bdev_release() holds it over
 * ->release(). But the block layer reads fops->owner after that, and lo_fops went with the module.
 *
 * Claims: C8
 */
#define LOOP_GET __module_get(THIS_MODULE)
#define LOOP_PUT module_put(THIS_MODULE)
#define LOOP_OWNER NULL
#include "loop.h"

BOOT(setup)
{
	losetup();
}

THREAD(user)
{
	losetup_d();
}

THREAD(admin)
{
	rmmod("loop");
}
