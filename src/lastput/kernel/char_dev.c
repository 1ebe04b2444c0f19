/*
 * Character devices and misc devices.
 *
 * Models fs/char_dev.c and drivers/char/misc.c (6.12). A misc device is opened by its name, a cdev by its
 * number. What blocks: misc_register(), misc_deregister() and opening a misc device, on misc_mtx, which is held
 * over ->open().
 *
 * Left out: sysfs, minor numbers, ranges of devices; inode->i_cdev is kept in the file, not in a shared inode, so
 * a device that was deleted cannot be opened through an old inode.
 */

struct cdev {
	struct module *owner;
	const struct file_operations *ops;
	int dev;
	int count;		/* kobj */
	int registered;
	int dynamic;
};

struct miscdevice {
	int minor;
	const char *name;
	const struct file_operations *fops;
	struct device *parent;
	struct device *this_device;
	int mode;
	int registered;
};

#define MISC_DYNAMIC_MINOR 255
#define MKDEV(major, minor) ((major) * 256 + (minor))
#define register_chrdev_region(from, count, name) 0
#define unregister_chrdev_region(from, count) ((void)0)

static DEFINE_MUTEX(misc_mtx);

/* fs/char_dev.c:658 */
static void cdev_init(struct cdev *cdev, const struct file_operations *fops)
{
	plain {
		cdev->count = 1;
		cdev->ops = fops;
	}
}

/* include/linux/miscdevice.h:105 */
#define module_misc_device(misc) module_driver(misc, misc_register, misc_deregister)

/* fs/char_dev.c:640 */
static struct cdev *cdev_alloc(void)
{
	struct cdev *cdev = kzalloc(sizeof(struct cdev), GFP_KERNEL);

	if (cdev) {
		plain {
			cdev->count = 1;
			cdev->dynamic = 1;
		}
	}
	return cdev;
}

/* fs/char_dev.c:479 */
static int cdev_add(struct cdev *cdev, int dev, unsigned int count)
{
	atomic {
		cdev->dev = dev;
		cdev->registered = 1;
	}
	return 0;
}

static void __cdev_release(struct cdev *cdev)
{
	int last;
	int dynamic;

	atomic {
		cdev->count--;
		last = cdev->count == 0;
		dynamic = cdev->dynamic;
	}
	if (last && dynamic)
		kfree(cdev);
}

/* fs/char_dev.c:361 */
static void cdev_put(struct cdev *cdev)
{
	struct module *owner = cdev->owner;

	__cdev_release(cdev);
	module_put(owner);
}

/* fs/char_dev.c:601: cannot be opened any more; open files stay */
static void cdev_del(struct cdev *cdev)
{
	atomic { cdev->registered = 0; }
	__cdev_release(cdev);
}

/* fs/char_dev.c:373, with kobj_lookup() and cdev_get() (:348) as one step */
static fd_t chrdev_open(int dev)
{
	struct cdev *p;
	int (*open)(struct inode *inode, struct file *file);
	struct cdev *cdev = NULL;
	const struct file_operations *fops;
	struct file *file;
	int ret = 0;

	atomic {
		for_each_instance(struct cdev, p) {
			if (p->registered && p->dev == dev && !cdev)
				cdev = p;
		}
		if (cdev) {
			if (cdev->count > 0 && try_module_get(cdev->owner))
				cdev->count++;
			else
				cdev = NULL;
		}
	}
	if (!cdev)
		return ERR_PTR(-ENXIO);
	fops = fops_get(cdev->ops);
	if (!fops) {
		cdev_put(cdev);
		return ERR_PTR(-ENXIO);
	}
	file = alloc_file(fops, NULL);
	file->f_node.i_cdev = cdev;
	open = fops->open;
	if (open)
		ret = open(&file->f_node, file);
	if (ret) {
		cdev_put(cdev);
		fops_put(file->f_op);
		kfree(file);
		return ERR_PTR(ret);
	}
	file->f_fd = 1;
	return file;
}

/* drivers/char/misc.c:209 */
static int misc_register(struct miscdevice *misc)
{
	mutex_lock(&misc_mtx);
	misc->registered = 1;
	mutex_unlock(&misc_mtx);
	return 0;
}

/* drivers/char/misc.c:278: waits for an open that is under way, not for open files */
static void misc_deregister(struct miscdevice *misc)
{
	mutex_lock(&misc_mtx);
	misc->registered = 0;
	mutex_unlock(&misc_mtx);
}

/* drivers/char/misc.c:118 */
static fd_t misc_open(const char *name)
{
	struct miscdevice *c;
	int (*open)(struct inode *inode, struct file *file);
	struct miscdevice *misc = NULL;
	const struct file_operations *fops = NULL;
	struct file *file = ERR_PTR(-ENODEV);
	int ret = 0;

	mutex_lock(&misc_mtx);
	plain {
		for_each_instance(struct miscdevice, c) {
			if (c->registered && c->name == name)
				misc = c;
		}
	}
	if (misc)
		fops = fops_get(misc->fops);
	if (fops) {
		file = alloc_file(fops, misc);
		open = fops->open;
		if (open)
			ret = open(&file->f_node, file);
		if (ret) {
			fops_put(file->f_op);
			kfree(file);
			file = ERR_PTR(ret);
		} else {
			file->f_fd = 1;
		}
	}
	mutex_unlock(&misc_mtx);
	return file;
}
