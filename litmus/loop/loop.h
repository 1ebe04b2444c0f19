/*
 * The loop driver and as much of the block layer as its module references need.
 *
 * After block/bdev.c (blkdev_get_whole(), bdev_open() :920, bdev_release() :1079 and :1118) and drivers/block/loop.c
 * (loop_configure() :986, __loop_clr_fd() :1118, lo_release() :1696) of 6.12. One device; LOOP_SET_FD, LOOP_CLR_FD.
 *
 * The file that includes this defines LOOP_GET and LOOP_PUT (what the driver does to its own module when it is bound
 * and unbound) and LOOP_OWNER (the owner in lo_fops).
 */
#include <lastput.h>

struct block_device_operations {
	struct module *owner;
	int (*open)(struct gendisk *disk);
	void (*release)(struct gendisk *disk);
	int (*ioctl)(struct gendisk *disk, unsigned int cmd, struct file *file);
};

struct gendisk {
	const struct block_device_operations *fops;
	struct mutex open_mutex;
	int live;
	int openers;
};

#define LOOP_SET_FD 1
#define LOOP_CLR_FD 2

/* Built-in: /dev/loop0 and the block layer around it. */
static struct gendisk loop0;

static int bdev_open(struct gendisk *disk)
{
	const struct block_device_operations *fops;
	int ret = -ENXIO;

	mutex_lock(&disk->open_mutex);
	if (disk->live) {
		fops = disk->fops;
		if (try_module_get(fops->owner)) {
			ret = fops->open(disk);
			if (ret)
				module_put(fops->owner);
			else
				disk->openers++;
		}
	}
	mutex_unlock(&disk->open_mutex);
	return ret;
}

static int bdev_release(struct gendisk *disk)
{
	const struct block_device_operations *fops = disk->fops;

	mutex_lock(&disk->open_mutex);
	disk->openers--;
	fops->release(disk);
	mutex_unlock(&disk->open_mutex);
	module_put(fops->owner);
	return 0;
}

static int blkdev_ioctl(struct gendisk *disk, unsigned int cmd, struct file *file)
{
	return disk->fops->ioctl(disk, cmd, file);
}

static void add_disk(struct gendisk *disk, const struct block_device_operations *fops)
{
	mutex_lock(&disk->open_mutex);
	disk->fops = fops;
	disk->live = 1;
	mutex_unlock(&disk->open_mutex);
}

static void del_gendisk(struct gendisk *disk)
{
	mutex_lock(&disk->open_mutex);
	disk->live = 0;
	mutex_unlock(&disk->open_mutex);
}

MODULE(loop);

enum { Lo_unbound, Lo_bound, Lo_rundown };

struct loop_device {
	struct mutex lo_mutex;
	int lo_state;
	int lo_autoclear;
	struct file *lo_backing_file;
};

static struct loop_device lo_dev;

static int loop_configure(struct loop_device *lo, struct file *file)
{
	int error = -EBUSY;

	get_file(file);
	LOOP_GET;
	mutex_lock(&lo->lo_mutex);
	if (lo->lo_state == Lo_unbound) {
		lo->lo_backing_file = file;
		lo->lo_state = Lo_bound;
		error = 0;
	}
	mutex_unlock(&lo->lo_mutex);
	if (error) {
		fput(file);
		LOOP_PUT;
	}
	return error;
}

static void __loop_clr_fd(struct loop_device *lo)
{
	struct file *filp = lo->lo_backing_file;

	lo->lo_backing_file = NULL;
	LOOP_PUT;
	mutex_lock(&lo->lo_mutex);
	lo->lo_autoclear = 0;
	lo->lo_state = Lo_unbound;
	mutex_unlock(&lo->lo_mutex);
	fput(filp);
}

static int loop_clr_fd(struct gendisk *disk, struct loop_device *lo)
{
	int err = -ENXIO;

	mutex_lock(&lo->lo_mutex);
	if (lo->lo_state == Lo_bound) {
		lo->lo_autoclear = 1;
		if (disk->openers == 1)
			lo->lo_state = Lo_rundown;
		err = 0;
	}
	mutex_unlock(&lo->lo_mutex);
	return err;
}

static int lo_ioctl(struct gendisk *disk, unsigned int cmd, struct file *file)
{
	if (cmd == LOOP_SET_FD)
		return loop_configure(&lo_dev, file);
	return loop_clr_fd(disk, &lo_dev);
}

static int lo_open(struct gendisk *disk)
{
	int err = 0;

	mutex_lock(&lo_dev.lo_mutex);
	if (lo_dev.lo_state == Lo_rundown)
		err = -ENXIO;
	mutex_unlock(&lo_dev.lo_mutex);
	return err;
}

static void lo_release(struct gendisk *disk)
{
	int need_clear;

	if (disk->openers > 0)
		return;
	mutex_lock(&lo_dev.lo_mutex);
	if (lo_dev.lo_state == Lo_bound && lo_dev.lo_autoclear)
		lo_dev.lo_state = Lo_rundown;
	need_clear = lo_dev.lo_state == Lo_rundown;
	mutex_unlock(&lo_dev.lo_mutex);
	if (need_clear)
		__loop_clr_fd(&lo_dev);
}

static const struct block_device_operations lo_fops = {
	.owner = LOOP_OWNER,
	.open = lo_open,
	.release = lo_release,
	.ioctl = lo_ioctl,
};

static int loop_init(void)
{
	add_disk(&loop0, &lo_fops);
	return 0;
}

static void loop_exit(void)
{
	del_gendisk(&loop0);
}

module_init(loop_init);
module_exit(loop_exit);

MODULE(vmlinux);

static const struct file_operations backing_fops;

/* losetup(8): binds the loop device to a new file, and closes both descriptors. */
static int losetup(void)
{
	fd_t fd;
	int err = SYSCALL(bdev_open(&loop0));

	if (err)
		return err;
	fd = anon_inode_getfd("backing", &backing_fops, NULL, 0);
	err = SYSCALL(blkdev_ioctl(&loop0, LOOP_SET_FD, fd));
	close(fd);
	SYSCALL(bdev_release(&loop0));
	return err;
}

/* losetup -d */
static int losetup_d(void)
{
	int err = SYSCALL(bdev_open(&loop0));

	if (err)
		return err;
	err = SYSCALL(blkdev_ioctl(&loop0, LOOP_CLR_FD, NULL));
	SYSCALL(bdev_release(&loop0));
	return err;
}
