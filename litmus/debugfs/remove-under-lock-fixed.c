/*
 * Result: safe
 *
 * Where is a file of debugfs removed whose show() takes a mutex?
 * Outside of it.
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);

static int state_show(struct seq_file *m, void *unused)
{
	mutex_lock(&lock);
	seq_printf(m, "%d\n", 1);
	mutex_unlock(&lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

THREAD(admin)
{
	struct dentry *file = debugfs_create_file("state", 0444, NULL, NULL, &state_fops);

	debugfs_remove(file);
}
