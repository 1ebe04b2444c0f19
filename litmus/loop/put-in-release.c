/*
 * Result: safe
 *
 * Is it safe that __loop_clr_fd(), which runs in ->release(), puts its own module?
 * Yes. bdev_release() puts the reference of open() in built-in text, after ->release() has returned; that is the open()
 * of which the comment in the driver speaks.
 *
 * Claims: C2 C8
 */
#define LOOP_GET __module_get(THIS_MODULE)
#define LOOP_PUT module_put(THIS_MODULE)
#define LOOP_OWNER THIS_MODULE
#include "loop.h"

THREAD(user)
{
	losetup();
	losetup_d();
}

THREAD(admin)
{
	if (!rmmod("loop"))
		WARN_ON(loop0.live);
}
