/*
 * Result: use-after-free (hwsim_background_cac_ops)
 *
 * May a file of mac80211_hwsim that can only be written do without an owner?
 * No. It needs no ->release of its own: that debugfs looks for one is enough.
 *
 * Found by FIL001 in Linux 7.3: drivers/net/wireless/virtual/mac80211_hwsim_main.c:1151.
 */
#include "debugfs.h"

MODULE(mac80211_hwsim);

static ssize_t hwsim_write(struct file *filp, const char *buf, size_t count, loff_t *pos)
{
	return count;
}

static const struct file_operations hwsim_background_cac_ops = {
	.write = hwsim_write,
};

static int drv_init(void)
{
	return debugfs_create_file(&hwsim_background_cac_ops);
}

static void drv_exit(void)
{
	debugfs_remove();
}

module_init(drv_init);
module_exit(drv_exit);

THREAD(user)
{
	fd_t fd = open("/dev/file");

	if (!IS_ERR(fd))
		close(fd);
}

THREAD(admin)
{
	rmmod("mac80211_hwsim");
}
