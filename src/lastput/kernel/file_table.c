/*
 * Open files: references and the last one's end.
 *
 * Models fs/file_table.c, include/linux/fs.h and fs/anon_inodes.c (6.12). There is no descriptor table: fd_t,
 * what open() and ioctl() give to user space, is the struct file itself, with ->f_fd while the descriptor is
 * open. What blocks: __fput() in whatever ->release() waits for.
 *
 * The last fput() of a user task runs __fput() before that task goes back to user mode; of a kernel thread or
 * an interrupt, in a work item, later. file_operations.owner is put by built-in text after ->release() has
 * returned, and read again then.
 *
 * Left out: dentries, mounts, locks, fsnotify, epoll, RCU lookup, ->fasync().
 */

struct inode {
	struct cdev *i_cdev;
};

struct file_operations {
	struct module *owner;
	int (*open)(struct inode *inode, struct file *file);
	int (*release)(struct inode *inode, struct file *file);
	int (*flush)(struct file *file, void *id);
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	long (*compat_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	ssize_t (*read)(struct file *file, char *buf, size_t count, loff_t *pos);
	ssize_t (*write)(struct file *file, const char *buf, size_t count, loff_t *pos);
	unsigned int (*poll)(struct file *file, void *table);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
};

struct file {
	atomic_long_t f_count;
	int f_fd;
	int f_mode;
	int f_flags;
	const struct file_operations *f_op;
	void *private_data;
	struct inode *f_inode;
	struct inode f_node;
	struct callback_head f_task_work;
	struct llist_node f_llist;
};

typedef struct file *fd_t;

#define O_CLOEXEC 0
#define O_RDONLY 0
#define O_RDWR 2
#define FMODE_READ 1
#define FMODE_WRITE 2
#define FMODE_LSEEK 4
#define FMODE_PREAD 8
#define FMODE_PWRITE 16
#define file_inode(file) ((file)->f_inode)
#define file_count(file) atomic_long_read(&(file)->f_count)
#define noop_llseek NULL
#define no_llseek NULL
#define nonseekable_open(inode, file) 0
#define stream_open(inode, file) 0

/* include/linux/fs.h:2652-2673 */
static inline const struct file_operations *fops_get(const struct file_operations *fops)
{
	return fops && try_module_get(fops->owner) ? fops : NULL;
}

static inline void fops_put(const struct file_operations *fops)
{
	if (fops)
		module_put(fops->owner);
}

static inline void replace_fops(struct file *file, const struct file_operations *fops)
{
	fops_put(file->f_op);
	file->f_op = fops;
}

/* include/linux/fs.h:1124 */
static inline struct file *get_file(struct file *file)
{
	atomic {
		if (file->f_count.counter == 0)
			warn(REFCOUNT_FROM_ZERO, file, "struct file::f_count incremented from zero");
		file->f_count.counter++;
	}
	return file;
}

/* fs/file_table.c:360 */
static struct file *alloc_file(const struct file_operations *fops, void *private_data)
{
	struct file *file = __alloc();

	plain {
		file->f_count.counter = 1;
		file->f_op = fops;
		file->private_data = private_data;
		file->f_inode = &file->f_node;
	}
	return file;
}

/* fs/file_table.c:442 */
static void __fput(struct file *file)
{
	int (*release)(struct inode *inode, struct file *file);
	struct inode *inode;
	struct cdev *cdev;
	struct module *owner;

	might_sleep();
	plain {
		if (file->f_fd)
			fail(USE_AFTER_FREE, file, "the last reference to a file goes while its descriptor is open");
		inode = file->f_inode;
		cdev = inode->i_cdev;
		release = file->f_op->release;
	}
	if (release)
		release(inode, file);
	if (cdev)
		cdev_put(cdev);
	plain { owner = file->f_op->owner; }		/* fops_put() */
	module_put(owner);
	kfree(file);
}

static LLIST_HEAD(delayed_fput_list);

/* fs/file_table.c:485 */
static void delayed_fput(struct work_struct *unused)
{
	struct llist_node *node = llist_del_all(&delayed_fput_list);
	struct llist_node *next;

	while (node) {
		next = node->next;
		__fput(llist_entry(node, struct file, f_llist));
		node = next;
	}
}

static DECLARE_DELAYED_WORK(delayed_fput_work, delayed_fput);

/* fs/file_table.c:494 */
static void ____fput(struct callback_head *work)
{
	__fput(container_of(work, struct file, f_task_work));
}

/* fs/file_table.c:517 */
static void fput(struct file *file)
{
	if (atomic_long_dec_and_test(&file->f_count)) {
		if (!current->kthread && !in_interrupt()) {
			init_task_work(&file->f_task_work, ____fput);
			task_work_add(current, &file->f_task_work, TWA_RESUME);
			return;
		}
		if (llist_add(&file->f_llist, &delayed_fput_list))
			schedule_delayed_work(&delayed_fput_work, 1);
	}
}

/* fs/file_table.c:550 */
static void __fput_sync(struct file *file)
{
	if (atomic_long_dec_and_test(&file->f_count))
		__fput(file);
}

/* fs/file_table.c:509 */
static void flush_delayed_fput(void)
{
	delayed_fput(NULL);
}

/* fs/file.c:555, :595, :569: the number becomes the file when it is installed */
#define get_unused_fd_flags(flags) 0
#define put_unused_fd(fd) ((void)0)
#define fd_install(fd, file) ((fd) = (file), (file)->f_fd = 1)

/* fs/anon_inodes.c:90 */
static struct file *anon_inode_getfile(const char *name, const struct file_operations *fops, void *priv,
				       int flags)
{
	struct module *owner = fops->owner;

	if (owner && !try_module_get(owner))
		return ERR_PTR(-ENOENT);
#ifdef CONFIG_FAILSLAB
	int fails = __alloc_fails(GFP_KERNEL);

	if (fails) {
		module_put(fops->owner);
		return ERR_PTR(-ENOMEM);
	}
#endif
	return alloc_file(fops, priv);
}

/* fs/anon_inodes.c:233 */
static fd_t anon_inode_getfd(const char *name, const struct file_operations *fops, void *priv, int flags)
{
	struct file *file = anon_inode_getfile(name, fops, priv, flags);

	if (!IS_ERR(file))
		file->f_fd = 1;
	return file;
}
