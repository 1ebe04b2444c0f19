/*
 * Result: leak (runtime_pm_active)
 * Options: define CONFIG_FAIL_FUNCTION=1
 *
 * Is the usage count unchanged if pm_runtime_get_sync() fails?
 * No. It is raised whatever the call returns, so the error path must put it.
 */
#include <lastput.h>

static struct device dev;

static int start(void)
{
	int ret = pm_runtime_get_sync(&dev);

	if (ret < 0)
		return ret;
	pm_runtime_put(&dev);
	return 0;
}

THREAD(user)
{
	start();
}
