// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Is everything that __free() and guard() hold given back on every way out of a scope?
 * Yes: at its end, on return, break, continue and goto, the last declared first; and no_free_ptr()
 * keeps a pointer from it.
 */
#include <lastput.h>

struct obj {
	int id;
};

POOL(struct obj, 4);

static DEFINE_MUTEX(lock);
static DEFINE_SPINLOCK(inner);
static int shared;
static struct obj *kept;

static struct obj *make(int fails)
{
	struct obj *obj __free(kfree) = kzalloc(sizeof(*obj), GFP_KERNEL);

	if (fails)
		return NULL;
	return_ptr(obj);
}

static int ways_out(int way)
{
	guard(mutex)(&lock);
	for (;;) {
		struct obj *obj __free(kfree) = make(0);

		if (way == 0)
			return 1;
		if (way == 1)
			break;
		way--;
		if (way == 2)
			continue;
		goto out;
	}
out:
	scoped_guard(spinlock, &inner)
		shared++;
	guard(rcu)();
	return shared;
}

THREADS(user, 2)
{
	int way = 0;

	plain { way = choose(3); }
	ways_out(way);
}

THREAD(maker)
{
	struct file *file __free(fput) = NULL;

	kept = make(1);
	kfree(no_free_ptr(kept));
}
