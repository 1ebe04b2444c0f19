/*
 * Who reads and writes the files of sysfs, and what an attribute calls.
 *
 * Models fs/sysfs/file.c, lib/kobject.c and drivers/base/core.c (6.12): see sysfs.c.
 *
 * Left out: as there.
 */

/* lib/kobject.c:820, :832 */
static ssize_t kobj_attr_show(struct kobject *kobj, struct attribute *attr, char *buf)
{
	struct kobj_attribute *kattr = container_of(attr, struct kobj_attribute, attr);

	return kattr->show ? kattr->show(kobj, kattr, buf) : -EIO;
}

static ssize_t kobj_attr_store(struct kobject *kobj, struct attribute *attr, const char *buf, size_t count)
{
	struct kobj_attribute *kattr = container_of(attr, struct kobj_attribute, attr);

	return kattr->store ? kattr->store(kobj, kattr, buf, count) : -EIO;
}

static const struct sysfs_ops kobj_sysfs_ops = { .show = kobj_attr_show, .store = kobj_attr_store };

/* sysfs_kf_seq_show(), fs/sysfs/file.c:40, sysfs_kf_write(), :131: a read or a write */
static void sysfs_call(struct kernfs_node *kn, int write)
{
	const struct sysfs_ops *ops = kn->kobj->ktype->sysfs_ops;

	if (write && ops->store)
		ops->store(kn->kobj, kn->attr, sysfs_page, 1);
	else if (!write && ops->show)
		ops->show(kn->kobj, kn->attr, sysfs_page);
}

DAEMON(sysfs_user, 1, sysfs_create_file_ns) {
	struct kernfs_node *kn;
	int write;

	for (;;) {
		atomic {
			kn = pick_idle(struct kernfs_node, events);
			kn->events--;
			kn->active++;
			current->kernfs_active = kn;
		}
		plain { write = choose(2); }
		sysfs_call(kn, write);
		atomic {
			if (current->kernfs_active)		/* sysfs_remove_file_self() */
				kn->active--;
			current->kernfs_active = NULL;
		}
		return_to_user();
	}
}
