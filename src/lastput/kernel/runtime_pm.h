/*
 * Runtime power management: usage counts of devices.
 *
 * Models drivers/base/power/runtime.c and include/linux/pm_runtime.h (6.12). A count that somebody raised and nobody
 * lowers is a leak of its struct runtime_pm_active; one that is lowered too often is the kernel's underflow message.
 * pm_runtime_get_sync() and pm_runtime_get() raise the count even if they fail (CONFIG_FAIL_FUNCTION);
 * pm_runtime_resume_and_get() does not.
 *
 * Left out: the callbacks of drivers, autosuspend and its delay, the device's parent; pm_runtime_disable() does not
 * wait, as there are no callbacks.
 */

USE(runtime_pm, active);

struct dev_pm_info {
	USE_MEMBERS(runtime_pm, active);
	int disable_depth;
};

#define __rpm_get(dev) __use_begins(runtime_pm, active, (&(dev)->power))

/* drivers/base/power/runtime.c:1054 */
static int rpm_drop_usage_count(struct device *dev)
{
	__use_ends(runtime_pm, active, (&dev->power));
	return 0;
}

/* include/linux/pm_runtime.h:122 */
static void pm_runtime_get_noresume(struct device *dev)
{
	__rpm_get(dev);
}

/* include/linux/pm_runtime.h:406: the count stays up whatever it returns */
static int pm_runtime_get(struct device *dev)
{
	__rpm_get(dev);
	return __request_fails() ? -EACCES : 0;
}

/* include/linux/pm_runtime.h:425: the same, and it may sleep */
static int pm_runtime_get_sync(struct device *dev)
{
	might_sleep();
	__rpm_get(dev);
	return __request_fails() ? -EACCES : 0;
}

/* include/linux/pm_runtime.h:438 */
static int pm_runtime_resume_and_get(struct device *dev)
{
	might_sleep();
	if (__request_fails())
		return -EACCES;
	__rpm_get(dev);
	return 0;
}

/* drivers/base/power/runtime.c:1203: 1 if the count was raised */
static int pm_runtime_get_conditional(struct device *dev)
{
	if (__request_fails())
		return 0;
	__rpm_get(dev);
	return 1;
}

#define pm_runtime_get_if_in_use(dev) pm_runtime_get_conditional(dev)
#define pm_runtime_get_if_active(dev) pm_runtime_get_conditional(dev)
#define pm_runtime_put(dev) rpm_drop_usage_count(dev)
#define pm_runtime_put_sync(dev) rpm_drop_usage_count(dev)
#define pm_runtime_put_sync_suspend(dev) rpm_drop_usage_count(dev)
#define pm_runtime_put_sync_autosuspend(dev) rpm_drop_usage_count(dev)
#define pm_runtime_put_autosuspend(dev) rpm_drop_usage_count(dev)
#define __pm_runtime_put_autosuspend(dev) rpm_drop_usage_count(dev)
#define pm_runtime_put_noidle(dev) ((void)rpm_drop_usage_count(dev))

/* drivers/base/power/runtime.c:1492, :1536; a device begins disabled, here with 0 */
static void pm_runtime_disable(struct device *dev)
{
	might_sleep();
	atomic { dev->power.disable_depth--; }
}

static void pm_runtime_enable(struct device *dev)
{
	atomic {
		if (dev->power.disable_depth == 1)
			warn(WARN, dev, "Unbalanced pm_runtime_enable!");
		else
			dev->power.disable_depth++;
	}
}

#define pm_runtime_enabled(dev) ((dev)->power.disable_depth > 0)
#define pm_runtime_set_active(dev) 0
#define pm_runtime_set_suspended(dev) ((void)(dev))
#define pm_runtime_use_autosuspend(dev) ((void)(dev))
#define pm_runtime_dont_use_autosuspend(dev) ((void)(dev))
#define pm_runtime_set_autosuspend_delay(dev, delay) ((void)(dev))
#define pm_runtime_mark_last_busy(dev) ((void)(dev))
#define pm_runtime_irq_safe(dev) ((void)(dev))
#define pm_runtime_no_callbacks(dev) ((void)(dev))
#define pm_runtime_resume(dev) ((void)(dev), 0)
#define pm_runtime_idle(dev) ((void)(dev), 0)
#define pm_runtime_suspend(dev) ((void)(dev), 0)
#define pm_request_idle(dev) ((void)(dev), 0)
#define pm_runtime_suspended(dev) ((void)(dev), 0)
#define pm_runtime_active(dev) ((void)(dev), 1)
