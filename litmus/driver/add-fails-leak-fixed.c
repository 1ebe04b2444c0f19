/*
 * Result: safe
 * Options: define CONFIG_FAIL_FUNCTION=1
 *
 * Who puts a device that could not be added?
 * Who allocated it, with platform_device_put().
 */
#include <lastput.h>

THREAD(user)
{
	struct platform_device *pdev = platform_device_alloc("dev", 0);

	if (platform_device_add(pdev)) {
		platform_device_put(pdev);
		return;
	}
	platform_device_unregister(pdev);
}
