/*
 * Result: safe
 *
 * What happens if a work item drops the last user of an address space?
 * It tears down the mappings, and the file that was mapped: that file's ->release() then runs in yet another work item,
 * as fput() of a kernel thread is deferred.
 *
 * Taught by KVM's async page faults, which once held mm_users (8284765f03b7).
 */
#include <lastput.h>

static struct work_struct work;
static struct mm_struct *held;
static int released;

static int obj_release(struct inode *inode, struct file *file)
{
	WARN_ON(!current->kthread);
	released = 1;
	return 0;
}

static const struct file_operations obj_fops = { .release = obj_release };

static void work_fn(struct work_struct *w)
{
	mmput(held);
}

THREAD(user)
{
	fd_t fd = anon_inode_getfd("obj", &obj_fops, NULL, 0);

	mmap(fd);
	close(fd);
	held = current->mm;
	mmget(held);
	exit_mm();
	WARN_ON(released);
	INIT_WORK(&work, work_fn);
	schedule_work(&work);
}
