// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * May it be used while the guard is held?
 * Yes. The removing side frees after its own guard has ended: what is declared first goes last.
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
	guard(mutex)(&lock);
	if (current_obj)
		current_obj->id = 1;
}

THREAD(remover)
{
	struct obj *obj __free(kfree) = NULL;

	guard(mutex)(&lock);
	obj = current_obj;
	current_obj = NULL;
}
