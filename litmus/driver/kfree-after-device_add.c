/*
 * Result: use-after-free (widget)
 * Options: define CONFIG_FAIL_FUNCTION=1
 *
 * May a device whose device_register() failed be freed?
 * No. It has a reference count since device_initialize(): kfree() takes it away from under others; put_device() ends it.
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
		kfree(widget);
		put_device(&widget->dev);
		return;
	}
	device_unregister(&widget->dev);
}
