/*
 * Result: safe
 *
 * Where is a file of /proc removed whose iterator takes a mutex?
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);

static void *obj_start(struct seq_file *m, loff_t *pos)
{
	mutex_lock(&lock);
	return NULL;
}

static void obj_stop(struct seq_file *m, void *v)
{
	mutex_unlock(&lock);
}

static void *obj_next(struct seq_file *m, void *v, loff_t *pos)
{
	return NULL;
}

static int obj_show(struct seq_file *m, void *v)
{
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations obj_ops = {
	.start = obj_start,
	.stop = obj_stop,
	.next = obj_next,
	.show = obj_show,
};

THREAD(admin)
{
	struct proc_dir_entry *pde = proc_create_seq("obj", 0444, NULL, &obj_ops);

	proc_remove(pde);
}
