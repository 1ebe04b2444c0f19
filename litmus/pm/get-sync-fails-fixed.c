/*
 * Result: safe
 * Options: define CONFIG_FAIL_FUNCTION=1
 *
 * Which call leaves the usage count alone if it fails?
 * pm_runtime_resume_and_get().
 */
#include <lastput.h>

static struct device dev;

static int start(void)
{
	int ret = pm_runtime_resume_and_get(&dev);

	if (ret < 0)
		return ret;
	pm_runtime_put(&dev);
	return 0;
}

THREAD(user)
{
	start();
}
