/*
 * Result: leak (platform_device)
 * Options: define CONFIG_FAIL_FUNCTION=1
 *
 * Does platform_device_add() put the device if it fails?
 * No. platform_device_alloc() gave a reference to the caller, who still has it.
 */
#include <lastput.h>

THREAD(user)
{
	struct platform_device *pdev = platform_device_alloc("dev", 0);

	if (platform_device_add(pdev))
		return;
	platform_device_unregister(pdev);
}
