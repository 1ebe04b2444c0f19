/*
 * Result: safe
 * Options: define NR_EVENTS=1
 *
 * Which kinds of entries of /proc are there?
 */
#include <lastput.h>

struct state {
	int shown;
};

POOL(struct proc_dir_entry, 12);
POOL(struct file, 32);
POOL(struct seq_file, 32);
POOL(struct state, 8);

static int shown;

static void *obj_start(struct seq_file *m, loff_t *pos)
{
	return *pos == 0 ? SEQ_START_TOKEN : NULL;
}

static void obj_stop(struct seq_file *m, void *v)
{
}

static void *obj_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return NULL;
}

static int obj_show(struct seq_file *m, void *v)
{
	shown = seq_write(m, "x", 1) == 0;
	return 0;
}

static const struct seq_operations obj_sops = {
	.start = obj_start,
	.stop = obj_stop,
	.next = obj_next,
	.show = obj_show,
};

DEFINE_SEQ_ATTRIBUTE(obj);

static int state_open(struct inode *inode, struct file *file)
{
	return seq_open_private(file, &obj_sops, sizeof(struct state));
}

static const struct proc_ops state_ops = {
	.proc_open = state_open,
	.proc_read = seq_read,
	.proc_release = seq_release_private,
};

THREAD(admin)
{
	struct proc_dir_entry *dir = proc_mkdir("dir", NULL);
	struct proc_dir_entry *other = proc_mkdir_data("other", 0, NULL, NULL);
	struct dentry *file = debugfs_create_file("a", 0444, NULL, NULL, &obj_fops);

	proc_set_user(proc_create("a", 0444, dir, &state_ops), 0, 0);
	proc_set_size(dir, 1);
	remove_proc_subtree("dir", NULL);
	debugfs_remove(file);
	proc_create_single("b", 0444, other, obj_show);
	proc_remove(other);
	proc_create_seq_data("c", 0444, NULL, &obj_sops, NULL);
	remove_proc_entry("c", NULL);
}
