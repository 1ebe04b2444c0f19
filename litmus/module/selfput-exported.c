/*
 * Result: safe
 *
 * May an exported function put its own module?
 * Yes, for callers in modules that use our symbols. Class X: their dependency reference on us is dropped only by
 * module_unload_free() of the caller, when no code of the caller, and so no call into us, is left.
 */
#include <lastput.h>

MODULE(lib);

static int lib_get(void)
{
	return try_module_get(THIS_MODULE) ? 0 : -ENODEV;
}

static void lib_put(void)
{
	module_put(THIS_MODULE);
}

static void lib_exit(void)
{
}

module_exit(lib_exit);

MODULE(client, lib);

static int client_open(struct inode *inode, struct file *file)
{
	return lib_get();
}

static int client_release(struct inode *inode, struct file *file)
{
	lib_put();
	return 0;
}

static const struct file_operations client_fops = {
	.owner = THIS_MODULE,
	.open = client_open,
	.release = client_release,
};
static struct miscdevice dev = { .name = "client", .fops = &client_fops };

static int client_init(void)
{
	return misc_register(&dev);
}

static void client_exit(void)
{
	misc_deregister(&dev);
}

module_init(client_init);
module_exit(client_exit);

THREAD(user)
{
	fd_t fd = open("/dev/client");

	if (!IS_ERR(fd))
		close(fd);
}

THREAD(admin)
{
	rmmod("client");
	rmmod("lib");
}
