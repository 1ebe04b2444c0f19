/*
 * Result: null-deref
 *
 * May a pointer that others set to NULL be read again after it was checked?
 * No. The second read may give NULL. Read it once, into a local.
 */
#include <lastput.h>

struct obj {
	int value;
};

static struct obj obj;
static struct obj *shared = &obj;

THREAD(reader)
{
	if (shared)
		shared->value = 1;
}

THREAD(updater)
{
	shared = NULL;
}
