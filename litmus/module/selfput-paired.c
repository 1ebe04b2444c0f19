/*
 * Result: safe
 *
 * May a function take and put its own module within one call?
 * Yes, if its caller keeps the module from going, and then it is superfluous. Class P, first kind: a sysfs
 * store() is entered with an active reference, and removing the attribute in the exit function waits for it.
 *
 * Taught by fs/kernfs/dir.c:478 (kernfs_drain()).
 */
#include <lastput.h>

/* A small kernfs: one attribute, its active references, and removal that drains them. */
static int (*attr_store)(void);
static int attr_active;

static void sysfs_write(void)
{
	int (*store)(void);

	atomic {
		store = attr_store;
		if (store)
			attr_active++;
	}
	if (store) {
		store();
		atomic { attr_active--; }
	}
}

static void sysfs_create(int (*store)(void))
{
	atomic { attr_store = store; }
}

static void sysfs_remove(void)
{
	atomic { attr_store = NULL; }
	wait_until(attr_active == 0);
}

MODULE(drv);

static int drv_store(void)
{
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	module_put(THIS_MODULE);
	return 0;
}

static int drv_init(void)
{
	sysfs_create(drv_store);
	return 0;
}

static void drv_exit(void)
{
	sysfs_remove();
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(user)
{
	sysfs_write();
}

THREAD(admin)
{
	rmmod("drv");
}
