/*
 * Kernel objects: references, parents and sets.
 *
 * Models lib/kobject.c (6.12): the last put calls the type's release function, in the task that drops it. An object
 * that is in sysfs holds its parent. What blocks: kobject_del(), and the last kobject_put() of an object that is
 * still in sysfs, until no show() or store() of its files runs.
 *
 * Left out: names, uevents, namespaces; the list of a kset.
 */

struct kobj_type {
	void (*release)(struct kobject *kobj);
	const struct sysfs_ops *sysfs_ops;
	const struct attribute_group **default_groups;
};

struct kobject {
	struct kref kref;
	const struct kobj_type *ktype;
	struct kobject *parent;
	struct kset *kset;
	int state_in_sysfs;
};

struct kset {
	struct kobject kobj;
};

#define kobject_init(kobj, type) do { (kobj)->ktype = (type); kref_init(&(kobj)->kref); } while (0)
#define kobject_uevent(kobj, action) 0
#define kobject_uevent_env(kobj, action, env) 0
#define kobject_name(kobj) "kobject"
#define kobject_set_name(kobj, ...) 0
#define KOBJ_ADD 0
#define KOBJ_REMOVE 1
#define KOBJ_CHANGE 2

static struct kobject __kernel_kobj = { .kref = KREF_INIT(1) };
#define kernel_kobj (&__kernel_kobj)

/* lib/kobject.c:225 */
static struct kobject *kobject_get(struct kobject *kobj)
{
	if (kobj)
		kref_get(&kobj->kref);
	return kobj;
}

/* lib/kobject.c:649 */
static struct kobject *kobject_get_unless_zero(struct kobject *kobj)
{
	if (!kobj)
		return NULL;
	return kref_get_unless_zero(&kobj->kref) ? kobj : NULL;
}

/* lib/kobject.c:586 */
static void __kobject_del(struct kobject *kobj)
{
	sysfs_remove_dir(kobj);
	plain {
		kobj->state_in_sysfs = 0;
		kobj->parent = NULL;
	}
}

/* lib/kobject.c:663: gives the parent, which has lost a reference of this object */
static struct kobject *kobject_cleanup(struct kobject *kobj)
{
	const struct kobj_type *ktype = kobj->ktype;
	struct kobject *parent = NULL;

	if (kobj->state_in_sysfs) {
		parent = kobj->parent;
		__kobject_del(kobj);
	}
	if (ktype && ktype->release)
		ktype->release(kobj);
	return parent;
}

/* lib/kobject.c:730, without the recursion of the parent's end */
static void kobject_put(struct kobject *kobj)
{
	while (kobj) {
		if (!refcount_dec_and_test(&kobj->kref.refcount))
			return;
		kobj = kobject_cleanup(kobj);
	}
}

/* kobject_add_internal(), lib/kobject.c:210 */
static int __kobject_add(struct kobject *kobj, struct kobject *parent)
{
	parent = kobject_get(parent);
	if (!parent && kobj->kset)
		parent = kobject_get(&kobj->kset->kobj);
	if (__request_fails()) {
		kobject_put(parent);
		return -EEXIST;
	}
	plain {
		kobj->parent = parent;
		kobj->state_in_sysfs = 1;
	}
	return 0;
}

/* lib/kobject.c:410: on failure the caller still has its reference */
static int kobject_add(struct kobject *kobj, struct kobject *parent, const char *name, ...)
{
	return __kobject_add(kobj, parent);
}

/* lib/kobject.c:448: whatever it returns, kobject_put() must end the object */
static int kobject_init_and_add(struct kobject *kobj, const struct kobj_type *ktype, struct kobject *parent,
				const char *name, ...)
{
	kobject_init(kobj, ktype);
	return __kobject_add(kobj, parent);
}

/* lib/kobject.c:619 */
static void kobject_del(struct kobject *kobj)
{
	struct kobject *parent;

	if (!kobj)
		return;
	parent = kobj->parent;
	__kobject_del(kobj);
	kobject_put(parent);
}

/* lib/kobject.c:742 */
static void dynamic_kobj_release(struct kobject *kobj)
{
	kfree(kobj);
}

static const struct kobj_type dynamic_kobj_ktype = {
	.release = dynamic_kobj_release,
	.sysfs_ops = &kobj_sysfs_ops,
};

/* lib/kobject.c:777 */
static struct kobject *kobject_create_and_add(const char *name, struct kobject *parent)
{
	struct kobject *kobj = kzalloc(sizeof(*kobj), GFP_KERNEL);

	if (!kobj)
		return NULL;
	kobject_init(kobj, &dynamic_kobj_ktype);
	if (__kobject_add(kobj, parent)) {
		kobject_put(kobj);
		return NULL;
	}
	return kobj;
}

/* lib/kobject.c:923 */
static void kset_release(struct kobject *kobj)
{
	kfree(container_of(kobj, struct kset, kobj));
}

static const struct kobj_type kset_ktype = { .release = kset_release };

/* lib/kobject.c:857 */
static int kset_register(struct kset *kset)
{
	kref_init(&kset->kobj.kref);
	return __kobject_add(&kset->kobj, kset->kobj.parent);
}

/* lib/kobject.c:988 */
static struct kset *kset_create_and_add(const char *name, const void *uevent_ops, struct kobject *parent)
{
	struct kset *kset = kzalloc(sizeof(*kset), GFP_KERNEL);

	if (!kset)
		return NULL;
	plain {
		kset->kobj.ktype = &kset_ktype;
		kset->kobj.parent = parent;
	}
	if (kset_register(kset)) {
		kfree(kset);
		return NULL;
	}
	return kset;
}

/* lib/kobject.c:886 */
static void kset_unregister(struct kset *kset)
{
	if (!kset)
		return;
	kobject_del(&kset->kobj);
	kobject_put(&kset->kobj);
}

#define kset_get(set) container_of(kobject_get(&(set)->kobj), struct kset, kobj)
#define kset_put(set) kobject_put(&(set)->kobj)
