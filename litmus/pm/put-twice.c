/*
 * Result: refcount-underflow
 * Options: define CONFIG_FAIL_FUNCTION=1
 *
 * May an error path put the count that pm_runtime_resume_and_get() failed to raise?
 */
#include <lastput.h>

static struct device dev;

static int start(void)
{
	int ret = pm_runtime_resume_and_get(&dev);

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
