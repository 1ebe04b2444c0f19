/*
 * Kernel objects and devices, as far as their references go.
 *
 * Models lib/kobject.c and drivers/base/core.c (6.12): the last put calls the type's release function, in
 * the task that drops it. What blocks: device_lock().
 *
 * Left out: sysfs, names, parents, uevents, buses and drivers.
 */

struct kobj_type {
	void (*release)(struct kobject *kobj);
};

struct kobject {
	struct kref kref;
	const struct kobj_type *ktype;
};

struct device {
	struct kref kref;
	struct mutex mutex;
	void (*release)(struct device *dev);
	void *driver_data;
};

#define kobject_init(kobj, type) do { (kobj)->ktype = (type); kref_init(&(kobj)->kref); } while (0)
#define dev_set_drvdata(dev, data) ((dev)->driver_data = (data))
#define dev_get_drvdata(dev) ((dev)->driver_data)
#define device_initialize(dev) kref_init(&(dev)->kref)
#define device_lock(dev) mutex_lock(&(dev)->mutex)
#define device_unlock(dev) mutex_unlock(&(dev)->mutex)

/* lib/kobject.c:636 */
static struct kobject *kobject_get(struct kobject *kobj)
{
	if (kobj)
		kref_get(&kobj->kref);
	return kobj;
}

/* lib/kobject.c:709 and :730 */
static void kobject_release(struct kref *kref)
{
	struct kobject *kobj = container_of(kref, struct kobject, kref);

	if (kobj->ktype->release)
		kobj->ktype->release(kobj);
}

static void kobject_put(struct kobject *kobj)
{
	if (kobj)
		kref_put(&kobj->kref, kobject_release);
}

/* drivers/base/core.c:3868 */
static struct device *get_device(struct device *dev)
{
	if (dev)
		kref_get(&dev->kref);
	return dev;
}

/* drivers/base/core.c:2608 and :3878 */
static void device_release(struct kref *kref)
{
	struct device *dev = container_of(kref, struct device, kref);

	if (dev->release)
		dev->release(dev);
}

static void put_device(struct device *dev)
{
	if (dev)
		kref_put(&dev->kref, device_release);
}
