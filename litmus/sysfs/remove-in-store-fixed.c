/*
 * Result: safe
 *
 * How does an attribute remove its own device?
 * With device_remove_file_self(), which does not wait for the call that it is made from.
 */
#include <lastput.h>

struct widget {
	struct device dev;
};

POOL_MAY_LEAK(struct widget);		/* nobody has to write to the file */
POOL_MAY_LEAK(struct kernfs_node);

static void widget_release(struct device *dev)
{
	kfree(container_of(dev, struct widget, dev));
}

static void widget_delete(struct device *dev, const struct device_attribute *attr)
{
	if (device_remove_file_self(dev, attr))
		device_unregister(dev);
}

static ssize_t delete_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t count)
{
	widget_delete(dev, attr);
	return count;
}

static DEVICE_ATTR_WO(delete);

BOOT(setup)
{
	struct widget *widget = kzalloc(sizeof(*widget), GFP_KERNEL);

	widget->dev.release = widget_release;
	device_register(&widget->dev);
	device_create_file(&widget->dev, &dev_attr_delete);
}

THREAD(user)
{
}
