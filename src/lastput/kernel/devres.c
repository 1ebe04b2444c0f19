/*
 * Managed resources of a device: what goes by itself when its driver is gone.
 *
 * Models drivers/base/devres.c (6.12): memory and actions, in a list that is released in reverse order after the
 * driver's remove(), after a probe() that failed, and in device_del(). What blocks: what the actions wait for.
 *
 * Left out: groups of resources, devres_find(); a list entry that cannot be allocated (but with CONFIG_FAIL_FUNCTION
 * devm_add_action() fails).
 */

/* The newest stands first. */
struct devres {
	struct devres *next;
	struct device *dev;
	void (*action)(void *data);
	void *data;			/* of the action; without one, memory that goes */
};

POOL(struct devres, 8);

static void devres_add(struct device *dev, void (*action)(void *data), void *data)
{
	struct devres *res = __alloc();

	plain {
		res->dev = dev;
		res->action = action;
		res->data = data;
		res->next = dev->devres_head;
		dev->devres_head = res;
	}
}

/* The newest entry, taken off the list, or NULL. */
static struct devres *__devres_pop(struct device *dev)
{
	struct devres *res;

	plain {
		res = dev->devres_head;
		if (res)
			dev->devres_head = res->next;
	}
	return res;
}

/* release_nodes(), drivers/base/devres.c:496: one entry */
static void __devres_release(struct devres *res)
{
	void (*action)(void *data) = res->action;
	void *data = res->data;

	plain { __free(res); }
	if (action)
		action(data);
	else
		kfree(data);
}

/* drivers/base/devres.c:517 */
static void devres_release_all(struct device *dev)
{
	struct devres *res;

	for (;;) {
		res = __devres_pop(dev);
		if (!res)
			break;
		__devres_release(res);
	}
}

/* The newest entry with this action and data, taken off the list, or NULL; in a block. */
static inline struct devres *__devres_take(struct device *dev, void (*action)(void *data), const void *data)
{
	struct devres **link = &dev->devres_head;
	struct devres *res;

	while (*link && !((*link)->action == action && (*link)->data == data))
		link = &(*link)->next;
	res = *link;
	if (res)
		*link = res->next;
	return res;
}

/* drivers/base/devres.c:742 */
static int devm_add_action(struct device *dev, void (*action)(void *data), void *data)
{
	if (__request_fails())
		return -ENOMEM;
	devres_add(dev, action, data);
	return 0;
}

/* include/linux/device.h:297: on failure the action runs at once */
static int devm_add_action_or_reset(struct device *dev, void (*action)(void *data), void *data)
{
	int ret = devm_add_action(dev, action, data);

	if (ret)
		action(data);
	return ret;
}

/* drivers/base/devres.c:768: the entry goes, the action does not run */
static void devm_remove_action(struct device *dev, void (*action)(void *data), void *data)
{
	struct devres *res;

	plain {
		res = __devres_take(dev, action, data);
		if (res)
			__free(res);
		else
			warn(WARN, dev, "devm_remove_action(): there is no such action");
	}
}

/* drivers/base/devres.c:790 */
static void devm_release_action(struct device *dev, void (*action)(void *data), void *data)
{
	devm_remove_action(dev, action, data);
	action(data);
}

/* drivers/base/devres.c:829 */
#define __devm_memory(dev, pointer, size) ({			\
	typeof(__alloc(size)) __memory = (pointer);		\
	if (__memory)						\
		devres_add(dev, NULL, __memory);		\
	__memory;						\
})
#define devm_kmalloc(dev, size, flags) __devm_memory(dev, kmalloc(size, flags), size)
#define devm_kzalloc(dev, size, flags) __devm_memory(dev, kmalloc(size, flags), size)
#define devm_kcalloc(dev, n, size, flags) __devm_memory(dev, kmalloc(size, flags), size)
#define devm_kmalloc_array(dev, n, size, flags) __devm_memory(dev, kmalloc(size, flags), size)
#define devm_kmemdup(dev, src, size, flags) __devm_memory(dev, kmemdup(src, size, flags), size)

/* drivers/base/devres.c:1064 */
static void devm_kfree(struct device *dev, const void *memory)
{
	struct devres *res;

	plain {
		res = __devres_take(dev, NULL, memory);
		if (res)
			__free(res);
		else
			warn(WARN, dev, "devm_kfree(): this is no memory of the device");
	}
	kfree(memory);
}
