/*
 * Result: safe
 *
 * Does removing a file of /proc wait for those who read it?
 * Yes, and it closes the file for those who have it open.
 */
#include <lastput.h>

struct obj {
	int value;
};

static int obj_show(struct seq_file *m, void *unused)
{
	struct obj *obj = m->private;

	seq_puts(m, obj->value ? "on\n" : "off\n");
	return 0;
}

THREAD(admin)
{
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	struct proc_dir_entry *pde = proc_create_single_data("obj", 0444, NULL, obj_show, obj);

	proc_remove(pde);
	kfree(obj);
}
