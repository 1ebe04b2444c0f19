/*
 * Result: safe
 *
 * What is the point of loop's __module_get(THIS_MODULE), if every open of the device holds the module anyway?
 * It spans the time when the device is bound, and closed: losetup has exited, and no opener is left. Then rmmod must
 * fail, and without that reference it would not. See bound-without-reference.c.
 *
 * Claims: C2 C8
 */
#define LOOP_GET __module_get(THIS_MODULE)
#define LOOP_PUT module_put(THIS_MODULE)
#define LOOP_OWNER THIS_MODULE
#include "loop.h"

THREAD(user)
{
	BUG_ON(losetup());
	BUG_ON(rmmod("loop") != -EWOULDBLOCK);
	BUG_ON(losetup_d());
	BUG_ON(rmmod("loop"));
	BUG_ON(losetup() != -ENXIO);
}
