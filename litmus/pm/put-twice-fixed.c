/*
 * Result: safe
 * Options: define CONFIG_FAIL_FUNCTION=1
 *
 * When must a failed get of the usage count be put?
 */
#include <lastput.h>

static struct device dev;

static int start(void)
{
	int ret = pm_runtime_get_sync(&dev);

	if (ret < 0) {
		pm_runtime_put_noidle(&dev);
		return ret;
	}
	pm_runtime_put_sync(&dev);
	return 0;
}

THREAD(user)
{
	start();
}
