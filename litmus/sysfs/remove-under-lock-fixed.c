/*
 * Result: safe
 *
 * Where is a file of sysfs removed whose show() takes a mutex?
 * Outside of it. The last kobject_put() removes what is still there, and waits for it as well.
 */
#include <lastput.h>

static DEFINE_MUTEX(lock);

static ssize_t value_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	int ret;

	mutex_lock(&lock);
	ret = sysfs_emit(buf, "%d\n", 1);
	mutex_unlock(&lock);
	return ret;
}

static struct kobj_attribute value_attr = __ATTR_RO(value);

THREAD(admin)
{
	struct kobject *kobj = kobject_create_and_add("dir", kernel_kobj);

	sysfs_create_file(kobj, &value_attr.attr);
	kobject_put(kobj);
}
