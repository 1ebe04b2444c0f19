/*
 * Result: use-after-free (hwsim_background_cac_ops)
 *
 * May a file of mac80211_hwsim that can only be written do without an owner?
 * No. It needs no ->release of its own: that debugfs looks for one is enough.
 *
 * Found by FIL001 in Linux 7.3: drivers/net/wireless/virtual/mac80211_hwsim_main.c:1151.
 */
#include <lastput.h>

MODULE(mac80211_hwsim);

static ssize_t hwsim_background_cac_write(struct file *file, const char *buf, size_t count, loff_t *pos)
{
	return count;
}

static const struct file_operations hwsim_background_cac_ops = {
	.write = hwsim_background_cac_write,
	.open = simple_open,
};

static struct dentry *dir;

static int drv_init(void)
{
	dir = debugfs_create_dir("mac80211_hwsim", NULL);
	debugfs_create_file("file", 0600, dir, NULL, &hwsim_background_cac_ops);
	return 0;
}

static void drv_exit(void)
{
	debugfs_remove_recursive(dir);
}

module_init(drv_init);
module_exit(drv_exit);
MODULE(vmlinux);

THREAD(admin)
{
	rmmod("mac80211_hwsim");
}
