/*
 * Result: safe
 *
 * Do kernel objects, sets and their files do what they say?
 */
#include <lastput.h>

struct obj {
	struct kobject kobj;
	int shown;
};

POOL(struct kobject, 4);

static void obj_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct obj, kobj));
}

static ssize_t obj_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	container_of(kobj, struct obj, kobj)->shown = 1;
	return sysfs_emit_at(buf, 0, "1");
}

static const struct sysfs_ops obj_sysfs_ops = { .show = obj_show };
static const struct kobj_type obj_type = { .release = obj_release, .sysfs_ops = &obj_sysfs_ops };
static struct attribute value = { .name = "value", .mode = S_IRUGO | S_IWUSR };
static struct attribute *obj_attrs[] = { &value, NULL };
static const struct attribute_group obj_group = { .attrs = obj_attrs };

static ssize_t all_store(struct kobject *kobj, struct kobj_attribute *attr, const char *buf, size_t count)
{
	return count;
}

static ssize_t all_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return 1;
}

static struct kobj_attribute all = __ATTR_RW(all);

THREAD(user)
{
	struct kset *set = kset_create_and_add("set", NULL, kernel_kobj);
	struct kobject *dir = kobject_create_and_add("dir", NULL);
	struct obj *obj = kzalloc(sizeof(*obj), GFP_KERNEL);
	int ret;

	kobject_set_name(&obj->kobj, "obj");
	kobject_init(&obj->kobj, &obj_type);
	obj->kobj.kset = kset_get(set);
	ret = kobject_add(&obj->kobj, NULL, "%s", kobject_name(&obj->kobj));
	WARN_ON(ret);
	kset_put(set);
	sysfs_attr_init(&value);
	sysfs_create_group(&obj->kobj, &obj_group);
	sysfs_create_link(&obj->kobj, dir, "dir");
	kobject_uevent(&obj->kobj, KOBJ_ADD);
	kobject_uevent_env(&obj->kobj, KOBJ_CHANGE, NULL);
	sysfs_create_file(dir, &all.attr);
	sysfs_notify(&obj->kobj, NULL, "value");
	kset_unregister(set);
	sysfs_remove_link(&obj->kobj, "dir");
	sysfs_remove_group(&obj->kobj, &obj_group);
	WARN_ON(kobject_get_unless_zero(NULL));
	kobject_put(kobject_get_unless_zero(&obj->kobj));
	kobject_put(&obj->kobj);
	kobject_put(dir);
}
