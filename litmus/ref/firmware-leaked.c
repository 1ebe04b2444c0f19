/*
 * Result: leak (firmware)
 *
 * Is a firmware image given back when it turns out to be bad?
 * Only by release_firmware(): request_firmware() hands it out in its first argument.
 */
#include <lastput.h>

static int load(struct device *dev)
{
	const struct firmware *firmware;
	int ret = request_firmware(&firmware, "fw.bin", dev);

	if (ret)
		return ret;
	if (choose(2))
		return -EINVAL;
	release_firmware(firmware);
	return 0;
}

THREAD(user)
{
	load(NULL);
}
