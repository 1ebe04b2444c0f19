/*
 * Result: safe
 *
 * Who puts the mm_users that a work item was given?
 * The item itself, when it is done with the address space.
 */
#include <lastput.h>

static struct mm_struct *mm;

static void fault(struct work_struct *work)
{
	get_user_pages_remote(mm);
	mmput(mm);
}

static DECLARE_WORK(work, fault);

THREAD(vcpu)
{
	mm = current->mm;
	mmget(mm);
	schedule_work(&work);
	flush_work(&work);
}
