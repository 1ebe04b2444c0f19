/*
 * Devices: references, registration, attributes.
 *
 * Models drivers/base/core.c (6.12): the last put_device() calls the release function of the device, its type or its
 * class. A registered device is bound to a driver of its bus if there is one (driver.c), and holds its parent.
 * What blocks: device_lock(); device_del() on it, and until no show() or store() of the device runs.
 *
 * Left out: names, links between devices, class interfaces, uevents, the bus's own attributes.
 */

struct device_type {
	const char *name;
	const struct attribute_group **groups;
	void (*release)(struct device *dev);
};

struct class {
	const char *name;
	const struct attribute_group **dev_groups;
	void (*dev_release)(struct device *dev);
};

struct device {
	struct kobject kobj;
	struct mutex mutex;
	struct device *parent;
	const struct device_type *type;
	const struct class *class;
	const struct bus_type *bus;
	struct device_driver *driver;
	const struct attribute_group **groups;
	void (*release)(struct device *dev);
	void *driver_data;
	void *platform_data;
	struct device_node *of_node;
	struct fwnode_handle *fwnode;
	struct devres *devres_head;
	struct dev_pm_info power;
	int registered;
};

struct device_attribute {
	struct attribute attr;
	ssize_t (*show)(struct device *dev, struct device_attribute *attr, char *buf);
	ssize_t (*store)(struct device *dev, struct device_attribute *attr, const char *buf, size_t count);
};

#define DEVICE_ATTR(_name, _mode, _show, _store) \
	struct device_attribute dev_attr_##_name = __ATTR(_name, _mode, _show, _store)
#define DEVICE_ATTR_RO(_name) struct device_attribute dev_attr_##_name = __ATTR_RO(_name)
#define DEVICE_ATTR_WO(_name) struct device_attribute dev_attr_##_name = __ATTR_WO(_name)
#define DEVICE_ATTR_RW(_name) struct device_attribute dev_attr_##_name = __ATTR_RW(_name)
#define kobj_to_dev(__kobj) container_of(__kobj, struct device, kobj)
#define dev_set_name(dev, ...) 0
#define dev_name(dev) "device"
#define device_lock(dev) mutex_lock(&(dev)->mutex)
#define device_unlock(dev) mutex_unlock(&(dev)->mutex)
#define device_trylock(dev) mutex_trylock(&(dev)->mutex)

/* drivers/base/core.c:2479, :2495 */
static ssize_t dev_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct device_attribute *dattr = container_of(attr, struct device_attribute, attr);

	return dattr->show ? dattr->show(kobj_to_dev(kobj), dattr, buf) : -EIO;
}

static ssize_t dev_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf, size_t count)
{
	struct device_attribute *dattr = container_of(attr, struct device_attribute, attr);

	return dattr->store ? dattr->store(kobj_to_dev(kobj), dattr, buf, count) : -EIO;
}

static const struct sysfs_ops dev_sysfs_ops = { .show = dev_attr_show, .store = dev_attr_store };

/* drivers/base/core.c:2608 */
static void device_release(struct kobject *kobj)
{
	struct device *dev = kobj_to_dev(kobj);

	if (dev->devres_head)
		devres_release_all(dev);
	if (dev->release)
		dev->release(dev);
	else if (dev->type && dev->type->release)
		dev->type->release(dev);
	else if (dev->class && dev->class->dev_release)
		dev->class->dev_release(dev);
	else
		warn(WARN, dev, "the device does not have a release() function, it is broken and must be fixed");
}

static const struct kobj_type device_ktype = { .release = device_release, .sysfs_ops = &dev_sysfs_ops };

/* drivers/base/core.c:3225 */
static void device_initialize(struct device *dev)
{
	kobject_init(&dev->kobj, &device_ktype);
	mutex_init(&dev->mutex);
}

/* drivers/base/core.c:926, :3878 */
static struct device *get_device(struct device *dev)
{
	if (dev)
		kobject_get(&dev->kobj);
	return dev;
}

static void put_device(struct device *dev)
{
	if (dev)
		kobject_put(&dev->kobj);
}

/* drivers/base/core.c:3112, :3136 */
static int device_create_file(struct device *dev, const struct device_attribute *attr)
{
	return sysfs_create_file(&dev->kobj, &attr->attr);
}

static void device_remove_file(struct device *dev, const struct device_attribute *attr)
{
	if (dev)
		sysfs_remove_file(&dev->kobj, &attr->attr);
}

#define device_remove_file_self(dev, dattr) sysfs_remove_file_self(&(dev)->kobj, &(dattr)->attr)
#define device_add_groups(dev, groups) sysfs_create_groups(&(dev)->kobj, groups)
#define device_remove_groups(dev, groups) sysfs_remove_groups(&(dev)->kobj, groups)
#define device_add_group(dev, group) sysfs_create_group(&(dev)->kobj, group)
#define device_remove_group(dev, group) sysfs_remove_group(&(dev)->kobj, group)

/* drivers/base/core.c:3641: on failure the caller still has its reference, for put_device() */
static int device_add(struct device *dev)
{
	int ret;

	get_device(dev);
	get_device(dev->parent);
	ret = kobject_add(&dev->kobj, dev->parent ? &dev->parent->kobj : NULL, NULL);
	if (!ret) {
		if (dev->class)
			device_add_groups(dev, dev->class->dev_groups);
		if (dev->type)
			device_add_groups(dev, dev->type->groups);
		device_add_groups(dev, dev->groups);
		plain { dev->registered = 1; }
		bus_probe_device(dev);
	} else {
		put_device(dev->parent);
	}
	put_device(dev);
	return ret;
}

/* drivers/base/core.c:3853 */
static int device_register(struct device *dev)
{
	device_initialize(dev);
	return device_add(dev);
}

/* drivers/base/core.c:3917; attributes go before the driver does */
static void device_del(struct device *dev)
{
	struct device *parent = dev->parent;

	device_lock(dev);
	dev->registered = 0;			/* kill_device() */
	device_unlock(dev);
	device_remove_groups(dev, dev->groups);
	bus_remove_device(dev);
	devres_release_all(dev);
	kobject_del(&dev->kobj);
	put_device(parent);
}

/* drivers/base/core.c:4001 */
static void device_unregister(struct device *dev)
{
	device_del(dev);
	put_device(dev);
}
