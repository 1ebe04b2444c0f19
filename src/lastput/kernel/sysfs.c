/*
 * Files of sysfs, and who reads and writes them.
 *
 * Models fs/sysfs/{file,group,dir}.c and fs/kernfs/{dir,file}.c (6.12). Each file is read or written NR_EVENTS times
 * at most, by one task, at any time while it is there. A call holds an active reference of the file, so it needs
 * nobody's module reference. What blocks: removing a file or the directory of an object until no show() or store()
 * of it runs (kernfs_drain()); from such a call itself that is for ever.
 *
 * Left out: binary files, links, notifications, groups with is_visible() (all files are there); that files of other
 * objects are read at the same time.
 */

struct attribute {
	const char *name;
	int mode;
};

struct attribute_group {
	const char *name;
	struct attribute **attrs;
};

struct sysfs_ops {
	ssize_t (*show)(struct kobject *kobj, struct attribute *attr, char *buf);
	ssize_t (*store)(struct kobject *kobj, struct attribute *attr, const char *buf, size_t count);
};

struct kobj_attribute {
	struct attribute attr;
	ssize_t (*show)(struct kobject *kobj, struct kobj_attribute *attr, char *buf);
	ssize_t (*store)(struct kobject *kobj, struct kobj_attribute *attr, const char *buf, size_t count);
};

/* A file that is there. */
struct kernfs_node {
	int events;
	int active;
	struct kobject *kobj;
	struct attribute *attr;
};

POOL(struct kernfs_node, 4);

static char sysfs_page[4];

#define S_IRUGO 0444
#define S_IWUSR 0200
#define __ATTR(_name, _mode, _show, _store) \
	{ .attr = { .name = #_name, .mode = _mode }, .show = _show, .store = _store }
#define __ATTR_RO(_name) __ATTR(_name, 0444, _name##_show, NULL)
#define __ATTR_WO(_name) __ATTR(_name, 0200, NULL, _name##_store)
#define __ATTR_RW(_name) __ATTR(_name, 0644, _name##_show, _name##_store)
#define __ATTRIBUTE_GROUPS(_name) \
	static const struct attribute_group *_name##_groups[] = { &_name##_group, NULL }
#define ATTRIBUTE_GROUPS(_name) \
	static const struct attribute_group _name##_group = { .attrs = _name##_attrs }; \
	__ATTRIBUTE_GROUPS(_name)
#define sysfs_attr_init(attr) ((void)(attr))
#define sysfs_notify(kobj, dir, attr) ((void)(kobj))
#define sysfs_create_link(kobj, target, name) 0
#define sysfs_remove_link(kobj, name) ((void)(kobj))

/* fs/sysfs/file.c:748, :776: what is printed is read */
static inline int sysfs_emit(char *buf, const char *format, ...)
{
	return 1;
}

static inline int sysfs_emit_at(char *buf, int at, const char *format, ...)
{
	return 1;
}

/* fs/sysfs/file.c:362 */
static int sysfs_create_file_ns(struct kobject *kobj, const struct attribute *attr, const void *ns)
{
	struct kernfs_node *kn;

	if (__request_fails())
		return -EEXIST;
	kn = kzalloc(sizeof(*kn), GFP_KERNEL);
	if (!kn)
		return -ENOMEM;
	atomic {
		kn->kobj = kobj;
		kn->attr = attr;
		kn->events = NR_EVENTS;
	}
	return 0;
}

#define sysfs_create_file(kobj, attr) sysfs_create_file_ns(kobj, attr, NULL)

/* Does a call run in this file, or in any file of the object if attr is NULL? In a block. */
static inline int __sysfs_active(struct kobject *kobj, const struct attribute *attr)
{
	struct kernfs_node *kn;
	int active = 0;

	for_each_instance(struct kernfs_node, kn) {
		if (kn->kobj == kobj && (!attr || kn->attr == attr) && kn->active)
			active = 1;
	}
	return active;
}

/* fs/kernfs/dir.c:1447 and kernfs_drain() */
static void kernfs_remove(struct kobject *kobj, const struct attribute *attr)
{
	struct kernfs_node *kn;

	atomic {
		for_each_instance(struct kernfs_node, kn) {
			if (kn->kobj == kobj && (!attr || kn->attr == attr))
				kn->events = 0;
		}
	}
	SLEEP_UNTIL(atomic, !__sysfs_active(kobj, attr),
		    for_each_instance(struct kernfs_node, kn) {
			if (kn->kobj == kobj && (!attr || kn->attr == attr))
				__free(kn);
		    });
}

/* sysfs_remove_file_ns(), fs/sysfs/file.c:505 */
static void sysfs_remove_file(struct kobject *kobj, const struct attribute *attr)
{
	kernfs_remove(kobj, attr);
}

/* fs/sysfs/dir.c:79 */
static void sysfs_remove_dir(struct kobject *kobj)
{
	kernfs_remove(kobj, NULL);
}

/* fs/sysfs/file.c:521, from a call of the file itself: it does not wait for that call */
static bool sysfs_remove_file_self(struct kobject *kobj, const struct attribute *attr)
{
	atomic {
		current->kernfs_active->active--;
		current->kernfs_active = NULL;
	}
	kernfs_remove(kobj, attr);
	return true;
}

/* internal_create_group(), fs/sysfs/group.c:120: what is there after a failure is taken away again */
static int sysfs_create_group(struct kobject *kobj, const struct attribute_group *group)
{
	int ret = 0;
	int i;

	for (i = 0; !ret && group->attrs[i]; i++)
		ret = sysfs_create_file(kobj, group->attrs[i]);
	if (ret) {
		for (i = 0; group->attrs[i]; i++)
			kernfs_remove(kobj, group->attrs[i]);
	}
	return ret;
}

/* fs/sysfs/group.c:301 */
static void sysfs_remove_group(struct kobject *kobj, const struct attribute_group *group)
{
	for (int i = 0; group->attrs[i]; i++)
		kernfs_remove(kobj, group->attrs[i]);
}

/* internal_create_groups(), fs/sysfs/group.c:210 */
static int sysfs_create_groups(struct kobject *kobj, const struct attribute_group **groups)
{
	int ret = 0;

	for (int i = 0; groups && groups[i] && !ret; i++)
		ret = sysfs_create_group(kobj, groups[i]);
	return ret;
}

/* fs/sysfs/group.c:335 */
static void sysfs_remove_groups(struct kobject *kobj, const struct attribute_group **groups)
{
	for (int i = 0; groups && groups[i]; i++)
		sysfs_remove_group(kobj, groups[i]);
}
