// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: use-after-free (obj)
 *
 * May a pointer that was found under a scoped_guard() be used after it?
 * No: the lock is given back where the scope ends, and with it goes what kept the object.
 */
#include <lastput.h>

struct obj {
	int id;
};

static DEFINE_MUTEX(lock);
static struct obj *current_obj;

BOOT(start)
{
	current_obj = kzalloc(sizeof(struct obj), GFP_KERNEL);
}

THREAD(reader)
{
	struct obj *obj = NULL;

	scoped_guard(mutex, &lock)
		obj = current_obj;
	if (obj)
		obj->id = 1;
}

THREAD(remover)
{
	struct obj *obj __free(kfree) = NULL;

	guard(mutex)(&lock);
	obj = current_obj;
	current_obj = NULL;
}
