/*
 * Result: safe
 *
 * Whose function runs if the test defines one that the modelled kernel has, as a function or as a macro?
 * That of the test.
 */
#include <lastput.h>

static int locked;

static void rtnl_lock(void)
{
	locked = 1;
}

static void mutex_lock(struct mutex *lock)
{
	locked++;
}

THREAD(user)
{
	rtnl_lock();
	mutex_lock(NULL);
	WARN_ON(locked != 2);
}
