/*
 * Result: safe
 *
 * When is a device freed?
 * When the last get_device() is put, in the task that puts it.
 */
#include <lastput.h>

struct widget {
	struct device dev;
};

static struct device *device;

static void widget_release(struct device *dev)
{
	kfree(container_of(dev, struct widget, dev));
}

BOOT(setup)
{
	struct widget *widget = kzalloc(sizeof(*widget), GFP_KERNEL);

	device_initialize(&widget->dev);
	widget->dev.release = widget_release;
	device = get_device(&widget->dev);
}

THREADS(user, 2)
{
	device_lock(device);
	device_unlock(device);
	put_device(device);
}
