/*
 * Result: safe
 *
 * On which ways out is a firmware image released?
 * On all of them behind a request_firmware() that succeeded.
 */
#include <lastput.h>

static int load(struct device *dev)
{
	const struct firmware *firmware;
	int ret = request_firmware(&firmware, "fw.bin", dev);

	if (ret)
		return ret;
	if (choose(2)) {
		release_firmware(firmware);
		return -EINVAL;
	}
	release_firmware(firmware);
	return 0;
}

THREAD(user)
{
	load(NULL);
}
