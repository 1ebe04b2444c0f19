/*
 * Files of /proc, and who uses them.
 *
 * Models fs/proc/{generic,inode}.c (6.12). Every call is bracketed by use_pde() and unuse_pde(), so it needs no module
 * reference. What blocks: remove_proc_entry() and proc_remove() until no call runs; then they close the files that
 * are still open themselves, and proc_release() is not called again.
 *
 * Each file is opened, read or written, and closed by one task, NR_EVENTS times at most.
 *
 * Left out: permanent entries, ioctl and poll. Names are compared by identity, as all strings are.
 */

struct proc_ops {
	int (*proc_open)(struct inode *inode, struct file *file);
	ssize_t (*proc_read)(struct file *file, char *buf, size_t size, loff_t *pos);
	ssize_t (*proc_write)(struct file *file, const char *buf, size_t size, loff_t *pos);
	int (*proc_release)(struct inode *inode, struct file *file);
};

struct proc_dir_entry {
	int events;
	int in_use;
	const char *name;
	struct proc_dir_entry *parent;
	const struct proc_ops *proc_ops;
	int (*single_show)(struct seq_file *m, void *v);
	const struct seq_operations *seq_ops;
	void *data;
	struct file *opened;
};

POOL(struct proc_dir_entry, 4);

#define pde_data(inode) ((inode)->i_private)
#define PDE_DATA(inode) pde_data(inode)
#define proc_set_user(de, uid, gid) ((void)(de))
#define proc_set_size(de, size) ((void)(de))

/* fs/proc/generic.c:526 */
static struct proc_dir_entry *__proc_create(const char *name, struct proc_dir_entry *parent)
{
	struct proc_dir_entry *pde;

	if (__request_fails())
		return NULL;
	pde = __alloc();
	plain {
		pde->name = name;
		pde->parent = parent;
	}
	return pde;
}

#define proc_mkdir(name, parent) __proc_create(name, parent)
#define proc_mkdir_data(name, mode, parent, data) __proc_create(name, parent)

/* fs/proc/generic.c:387 */
static struct proc_dir_entry *proc_register(const char *name, struct proc_dir_entry *parent,
					    const struct proc_ops *ops,
					    int (*show)(struct seq_file *m, void *v),
					    const struct seq_operations *seq_ops, void *data)
{
	struct proc_dir_entry *pde = __proc_create(name, parent);

	if (pde) {
		atomic {
			pde->proc_ops = ops;
			pde->single_show = show;
			pde->seq_ops = seq_ops;
			pde->data = data;
			pde->events = NR_EVENTS;
		}
	}
	return pde;
}

/* fs/proc/generic.c:647 */
static int proc_single_open(struct inode *inode, struct file *file)
{
	struct proc_dir_entry *pde = file->f_pde;

	return single_open(file, pde->single_show, inode->i_private);
}

/* fs/proc/generic.c:605 */
static int proc_seq_open(struct inode *inode, struct file *file)
{
	struct proc_dir_entry *pde = file->f_pde;

	return seq_open(file, pde->seq_ops);
}

static const struct proc_ops proc_single_ops = {
	.proc_open = proc_single_open, .proc_read = seq_read, .proc_release = single_release,
};
static const struct proc_ops proc_seq_ops = {
	.proc_open = proc_seq_open, .proc_read = seq_read, .proc_release = seq_release,
};

#define proc_create_data(name, mode, parent, ops, data) proc_register(name, parent, ops, NULL, NULL, data)
#define proc_create(name, mode, parent, ops) proc_register(name, parent, ops, NULL, NULL, NULL)
#define proc_create_single_data(name, mode, parent, show, data) \
	proc_register(name, parent, &proc_single_ops, show, NULL, data)
#define proc_create_single(name, mode, parent, show) proc_register(name, parent, &proc_single_ops, show, NULL, NULL)
#define proc_create_seq_data(name, mode, parent, ops, data) proc_register(name, parent, &proc_seq_ops, NULL, ops, data)
#define proc_create_seq(name, mode, parent, ops) proc_register(name, parent, &proc_seq_ops, NULL, ops, NULL)

/* fs/proc/inode.c:218: by whom comes first */
static void close_pdeo(struct proc_dir_entry *pde, struct file *file)
{
	int mine;

	atomic {
		mine = pde->opened == file;
		pde->opened = NULL;
	}
	if (mine && pde->proc_ops->proc_release)
		pde->proc_ops->proc_release(&file->f_node, file);
}

/* fs/proc/inode.c:255 */
static void proc_entry_rundown(struct proc_dir_entry *pde)
{
	struct file *file;

	plain { pde->events = 0; }
	SLEEP_UNTIL(atomic, !pde->in_use, file = pde->opened; pde->in_use = -1);
	if (file) {
		close_pdeo(pde, file);
		kfree(file);
	}
}

/* fs/proc/generic.c:809, and what is in it */
static void proc_remove(struct proc_dir_entry *dir)
{
	struct proc_dir_entry *pde;
	struct proc_dir_entry *child;

	if (!dir)
		return;
	for (;;) {
		child = NULL;
		plain {
			for_each_instance(struct proc_dir_entry, pde) {
				if (pde->parent == dir)
					child = pde;
			}
		}
		if (!child)
			break;
		proc_entry_rundown(child);
		plain { __free(child); }
	}
	proc_entry_rundown(dir);
	plain { __free(dir); }
}

/* fs/proc/generic.c:709; a file of the root directory has no parent */
static void remove_proc_entry(const char *name, struct proc_dir_entry *parent)
{
	struct proc_dir_entry *pde;
	struct proc_dir_entry *found = NULL;

	plain {
		for_each_instance(struct proc_dir_entry, pde) {
			if (pde->parent == parent && pde->name == name) {
				if (found)
					fail(WARN, pde, "proc_register(): there is an entry of this name already");
				found = pde;
			}
		}
		if (!found)
			warn(WARN, NULL, "remove_proc_entry(): there is no such entry");
	}
	proc_remove(found);
}

#define remove_proc_subtree(name, parent) remove_proc_entry(name, parent)

/* proc_reg_open(), fs/proc/inode.c:469, proc_reg_read(), :312, proc_reg_release(), :531: one user's life with the file */
static int proc_use(struct proc_dir_entry *pde, struct file *file, int write)
{
	const struct proc_ops *ops = pde->proc_ops;
	int ret = 0;

	if (ops->proc_open)
		ret = ops->proc_open(&file->f_node, file);
	if (ret)
		return ret;
	plain { pde->opened = file; }
	if (write && ops->proc_write)
		ops->proc_write(file, sysfs_page, 1, NULL);
	else if (!write && ops->proc_read)
		ops->proc_read(file, sysfs_page, 1, NULL);
	return 0;
}

/* Begins to close the file, unless who removes the entry does it, and frees the file. */
static int proc_may_close(struct proc_dir_entry *pde, struct file *file)
{
	int may = 0;

	atomic {
		if (__live(pde)) {
			may = pde->in_use >= 0 && pde->opened == file;
			if (may)
				pde->in_use++;
		}
	}
	return may;
}

DAEMON(proc_user, 1, proc_register) {
	struct proc_dir_entry *pde;
	struct file *file;
	int write;
	int ret;

	for (;;) {
		atomic {
			pde = pick_idle(struct proc_dir_entry, events);
			pde->events--;
			pde->in_use++;
		}
		file = alloc_file(NULL, NULL);
		plain {
			file->f_pde = pde;
			file->f_node.i_private = pde->data;
			write = choose(2);
		}
		ret = proc_use(pde, file, write);
		atomic { pde->in_use--; }
		if (ret) {
			kfree(file);
		} else if (proc_may_close(pde, file)) {
			close_pdeo(pde, file);
			atomic { pde->in_use--; }
			kfree(file);
		}
		return_to_user();
	}
}
