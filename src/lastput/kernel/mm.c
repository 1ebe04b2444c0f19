/*
 * Address spaces: mm_users, mm_count, and the files that a mapping holds.
 *
 * Models kernel/fork.c, mm/mmap.c, include/linux/sched/mm.h (6.12). mm_users counts users of the address
 * space, mm_count the struct; all mm_users together hold one mm_count. All THREADs are one process and share
 * user_mm. What blocks: mmap_lock; exit_mmap() in nothing of its own.
 *
 * Left out: page tables, faults (get_user_pages_remote() only may sleep), VMAs except for the file they
 * hold, the end of a process (call exit_mm() at the end of each THREAD if it matters).
 */

struct mm_struct {
	atomic_t mm_users;
	atomic_t mm_count;
	int tasks;			/* that have it as theirs */
	struct rw_semaphore mmap_lock;
};

struct vm_area_struct {
	struct mm_struct *vm_mm;
	struct file *vm_file;
	void *vm_private_data;
	const struct vm_operations_struct *vm_ops;
};

POOL_MAY_LEAK(struct mm_struct);		/* its process goes on; but a reference that was taken must be put */
LEAK_ABOVE(struct mm_struct, mm_users.counter, tasks);
POOL_MAY_LEAK(struct vm_area_struct);

static struct mm_struct *user_mm;

BOOT(make_user_mm) {
	struct task_struct *t;
	struct mm_struct *mm = __alloc();

	user_mm = mm;
	mm->mm_count.counter = 1;
	atomic {
		for_each_instance(struct task_struct, t) {
			if (!t->kthread) {
				t->mm = mm;
				mm->mm_users.counter++;
				mm->tasks++;
			}
		}
	}
}

#define mmgrab(mm) atomic_inc(&(mm)->mm_count)
#define mmget(mm) atomic_inc(&(mm)->mm_users)
#define mmget_not_zero(mm) atomic_inc_not_zero(&(mm)->mm_users)
#define mmap_read_lock(mm) down_read(&(mm)->mmap_lock)
#define mmap_read_unlock(mm) up_read(&(mm)->mmap_lock)
#define mmap_write_lock(mm) down_write(&(mm)->mmap_lock)
#define mmap_write_unlock(mm) up_write(&(mm)->mmap_lock)

/* include/linux/sched/mm.h:47, kernel/fork.c:935 */
static void mmdrop(struct mm_struct *mm)
{
	if (atomic_dec_and_test(&mm->mm_count))
		kfree(mm);
}

/* mm/mmap.c:1916, with remove_vma(): the files of all mappings are put */
static void exit_mmap(struct mm_struct *mm)
{
	struct vm_area_struct *v;
	struct vm_area_struct *vma;
	struct file *file;

	for (;;) {
		plain {
			vma = NULL;
			for_each_instance(struct vm_area_struct, v) {
				if (v->vm_mm == mm)
					vma = v;
			}
			if (vma) {
				file = vma->vm_file;
				vma->vm_mm = NULL;
			}
		}
		if (!vma)
			break;
		if (file)
			fput(file);
		kfree(vma);
	}
}

/* kernel/fork.c:1394 and :1369 */
static void mmput(struct mm_struct *mm)
{
	might_sleep();
	if (atomic_dec_and_test(&mm->mm_users)) {
		exit_mmap(mm);
		mmdrop(mm);
	}
}

#define mmput_async(mm) mmput(mm)

/* kernel/exit.c:545 */
static void exit_mm(void)
{
	struct mm_struct *mm = current->mm;

	if (mm) {
		enter_kernel();
		plain {
			current->mm = NULL;
			mm->tasks--;
		}
		mmput(mm);
		return_to_user();
	}
}

/* mm/gup.c:2698: may sleep on a page that is not there; gives the number of pages */
static long get_user_pages_remote(struct mm_struct *mm, ...)
{
	SLEEP_UNTIL(atomic, 1, (void)mm->mm_count.counter);
	return 1;
}

/* mm/mmap.c: a mapping of the whole file, which holds a reference to it */
static int __mmap(fd_t fd)
{
	struct vm_area_struct *vma;
	int ret = fdget(fd);

	if (ret)
		return ret;
	vma = kzalloc(sizeof(*vma), GFP_KERNEL);
	vma->vm_file = fd;
	if (fd->f_op->mmap)
		ret = fd->f_op->mmap(fd, vma);
	if (ret) {
		kfree(vma);
		fput(fd);
		return ret;
	}
	vma->vm_mm = current->mm;
	return 0;
}

static int mmap(fd_t fd)
{
	return SYSCALL(__mmap(fd));
}

/* mm/mmap.c: takes away the mapping of that file; its last reference runs ->release() before user mode */
static int __munmap(fd_t fd)
{
	struct vm_area_struct *v;
	struct vm_area_struct *vma = NULL;

	plain {
		for_each_instance(struct vm_area_struct, v) {
			if (v->vm_mm == current->mm && v->vm_file == fd)
				vma = v;
		}
		if (vma)
			vma->vm_mm = NULL;
	}
	if (!vma)
		return -EINVAL;
	fput(fd);
	kfree(vma);
	return 0;
}

static int munmap(fd_t fd)
{
	return SYSCALL(__munmap(fd));
}
