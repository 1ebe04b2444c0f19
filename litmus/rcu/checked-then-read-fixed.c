/*
 * Result: safe
 *
 * How is a pointer read that others set to NULL?
 * Once, into a local, which is then checked and used. (What it points to must live on, too.)
 */
#include <lastput.h>

struct obj {
	int value;
};

static struct obj obj;
static struct obj *shared = &obj;

THREAD(reader)
{
	struct obj *mine = READ_ONCE(shared);

	if (mine)
		mine->value = 1;
}

THREAD(updater)
{
	shared = NULL;
}
