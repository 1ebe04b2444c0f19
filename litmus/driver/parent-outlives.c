/*
 * Result: safe
 *
 * Does a registered device hold its parent?
 * Yes, until device_del(): the parent's memory is there as long as the child is in the tree.
 */
#include <lastput.h>

struct widget {
	struct device dev;
	int value;
};

POOL(struct widget, 2);

static void widget_release(struct device *dev)
{
	kfree(container_of(dev, struct widget, dev));
}

static struct widget *parent, *child;

BOOT(setup)
{
	parent = kzalloc(sizeof(*parent), GFP_KERNEL);
	child = kzalloc(sizeof(*child), GFP_KERNEL);
	parent->dev.release = widget_release;
	child->dev.release = widget_release;
	child->dev.parent = &parent->dev;
	device_register(&parent->dev);
	device_register(&child->dev);
}

THREAD(parent_goes)
{
	device_unregister(&parent->dev);
}

THREAD(child_goes)
{
	parent->value = 1;
	device_unregister(&child->dev);
}
