/*
 * Result: safe
 * Options: define CONFIG_FAIL_FUNCTION=1
 *
 * How does a device end whose device_register() failed?
 * By put_device(), which calls its release function.
 */
#include <lastput.h>

struct widget {
	struct device dev;
};

static void widget_release(struct device *dev)
{
	kfree(container_of(dev, struct widget, dev));
}

THREAD(user)
{
	struct widget *widget = kzalloc(sizeof(*widget), GFP_KERNEL);

	widget->dev.release = widget_release;
	if (device_register(&widget->dev)) {
		put_device(&widget->dev);
		return;
	}
	device_unregister(&widget->dev);
}
