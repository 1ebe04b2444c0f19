/*
 * Result: leak (file)
 *
 * May a bound loop device rely on its openers to hold the module?
 * No. After losetup has closed it there is none. rmmod succeeds, and the backing file is lost.
 *
 * Claims: C8
 */
#define LOOP_GET ((void)0)
#define LOOP_PUT ((void)0)
#define LOOP_OWNER THIS_MODULE
#include "loop.h"

THREAD(user)
{
	losetup();
	losetup_d();
}

THREAD(admin)
{
	rmmod("loop");
}
