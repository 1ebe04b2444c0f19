// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * Is a module_put(THIS_MODULE) ever safe without being superfluous?
 * Yes, as in drivers/block/loop.c (6.12 loop.c:1118): the module's own reference spans the time when
 * the device is bound and nobody has it open, and it is put under the reference of the last open(),
 * which core text puts after ->release() has returned.
 *
 * Claims: C2 C8
 */
#include <lastput.h>

MODULE(loop);

static int bound, clear_on_close;

/* lo_release(), loop.c:1695, and the put of __loop_clr_fd() */
static int lo_release(struct inode *inode, struct file *filp)
{
	if (clear_on_close && bound) {
		bound = 0;
		module_put(THIS_MODULE);
	}
	return 0;
}

/* loop_configure(), loop.c:986, and loop_clr_fd(), loop.c:1187 */
static long lo_ioctl(struct file *filp, unsigned int cmd, unsigned long arg)
{
	if (cmd == 1) {
		__module_get(THIS_MODULE);
		bound = 1;
	} else {
		clear_on_close = 1;
	}
	return 0;
}

static struct file_operations lo_fops = {
	.owner = THIS_MODULE,
	.release = lo_release,
	.unlocked_ioctl = lo_ioctl,
};

MODULE(vmlinux);

static struct file *losetup, *losetup_d;

BOOT(start)
{
	losetup = anon_inode_getfd("loop0", &lo_fops, NULL, O_RDWR);
}

THREAD(user)
{
	ioctl(losetup, 1, 0);
	close(losetup);
	if (rmmod("loop") == 0)
		fail(WARN, NULL, "loop went while a device was bound");
	losetup_d = anon_inode_getfd("loop0", &lo_fops, NULL, O_RDWR);
	ioctl(losetup_d, 2, 0);
	close(losetup_d);
}

THREAD(admin)
{
	wait_until(clear_on_close);
	rmmod("loop");
}
