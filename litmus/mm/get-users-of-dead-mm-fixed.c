/*
 * Result: safe
 *
 * How does a work item use the address space of a task that may exit?
 * It holds the struct (mmgrab()), and takes a user with mmget_not_zero(), which fails when the address space is gone.
 *
 * Taught by 8284765f03b7 ("KVM: Get reference to VM's address space in the async #PF worker").
 */
#include <lastput.h>

static struct work_struct work;
static struct mm_struct *held;

static void work_fn(struct work_struct *w)
{
	if (mmget_not_zero(held)) {
		mmap_read_lock(held);
		get_user_pages_remote(held);
		mmap_read_unlock(held);
		mmput(held);
	}
	mmdrop(held);
}

THREAD(user)
{
	held = current->mm;
	mmgrab(held);
	INIT_WORK(&work, work_fn);
	schedule_work(&work);
	mmap_write_lock(held);
	mmap_write_unlock(held);
	exit_mm();
}
