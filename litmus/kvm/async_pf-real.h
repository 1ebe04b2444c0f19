/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What surrounds virt/kvm/async_pf.c in a kernel: every interface that the file has used from 2.6.38
 * on, so that any version of it can be run. The text under test is read from --tree.
 *
 * The rest of KVM gives the protocol its best chance, as in 6.12: all files own the vendor module, and
 * struct kvm holds no module. The verdict then speaks of async_pf.c alone.
 *
 *   FOPS_OWNER       .owner of the VM's and the vCPU's file operations
 *   VM_HOLDS_MODULE  1: struct kvm holds the owner of /dev/kvm, and kvm_destroy_vm() puts it last
 */
#include <lastput.h>

#ifndef FOPS_OWNER
#define FOPS_OWNER module
#endif
#ifndef VM_HOLDS_MODULE
#define VM_HOLDS_MODULE 0
#endif
#ifndef ITEMS
#define ITEMS 1
#endif

/* What a thread asks of a vCPU file. */
#define KVM_RUN 1		/* the guest runs, and sees the pages that came in */
#define KVM_RUN_FAULTS 2	/* the guest touches a page that is swapped out */
#define KVM_RUN_APF_ON 3	/* the guest switches async page faults on again */

/* --- include/linux/kvm_host.h, kvm_types.h ------------------------------------------------------ */

typedef unsigned long gva_t;
typedef unsigned long long gpa_t;
typedef unsigned long long gfn_t;
typedef unsigned long hva_t;

struct page;

struct kvm_vcpu;

struct kvm {
	refcount_t users_count;		/* an atomic_t until 4.10; the same one cell */
	struct mm_struct *mm;
	struct kvm_vcpu *vcpu;
	int vmcs;
};

struct kvm_vcpu {
	struct kvm *kvm;
	int wq;				/* a wait queue, 2.6.38 to 5.6: 1 once woken */
	int wait;			/* a rcuwait, 5.7 on */
	int requests;
	int vmcs;
	struct {
		int queued;
		struct list_head queue;
		struct list_head done;
		spinlock_t lock;
	} async_pf;
};

struct kvm_arch_async_pf {
	int token;
};

struct kvm_async_pf {
	struct work_struct work;
	struct list_head link;
	struct list_head queue;
	struct kvm_vcpu *vcpu;
	struct mm_struct *mm;		/* until 6.8 */
	unsigned long addr;
	struct kvm_arch_async_pf arch;
	struct page *page;		/* until 3.12 */
};

POOL(struct kvm, 1);
POOL(struct kvm_vcpu, 1);
POOL(struct kvm_async_pf, ITEMS);

#define ASYNC_PF_PER_VCPU 64

/* --- mm: the page comes in, and nothing else is of interest -------------------------------------- */

#undef get_user_pages
#undef __get_user_pages
#undef get_user_pages_unlocked
#undef __get_user_pages_unlocked
#undef get_user_pages_remote
#undef get_user_pages_fast
#undef fixup_user_fault
#define get_user_pages(...) fault_in()
#define __get_user_pages(...) fault_in()
#define get_user_pages_unlocked(...) fault_in()
#define __get_user_pages_unlocked(...) fault_in()
#define get_user_pages_remote(...) fault_in()
#define get_user_pages_fast(...) fault_in()
#define fixup_user_fault(...) fault_in()

static int fault_in(void)
{
	might_sleep();
	return 1;
}

/* Nobody here takes mmap_lock for writing. */
#undef down_read
#undef up_read
#undef mmap_read_lock
#undef mmap_read_unlock
#define down_read(sem)
#define up_read(sem)
#define mmap_read_lock(mm)
#define mmap_read_unlock(mm)

#define use_mm(mm)
#define unuse_mm(mm)
#define kthread_use_mm(mm)
#define kthread_unuse_mm(mm)

#define FOLL_WRITE 0x01
#define FOLL_TOUCH 0x02
#define FOLL_GET 0x04
#define FOLL_FORCE 0x10
#define FOLL_NOWAIT 0x20
#define FOLL_HWPOISON 0x100
#define FOLL_REMOTE 0x2000
#define FOLL_UNLOCKABLE 0x10000

/* get_user_pages() left a page here until 3.12; pages are not counted in this model. */
static struct page *bad_page;
#undef get_page
#undef put_page
#define get_page(page)
#define put_page(page)
#define is_error_page(page) IS_ERR(page)
#define kvm_release_page_clean(page)
#define kvm_release_page_dirty(page)
#define KVM_ERR_PTR_BAD_PAGE ERR_PTR(-ENOENT)

#define kvm_is_error_hva(addr) 0
#define kvm_is_visible_gfn(kvm, gfn) 1
#define gfn_to_hva(kvm, gfn) (gfn)
#define kvm_vcpu_gfn_to_hva(vcpu, gfn) (gfn)

/* --- tracepoints and the like -------------------------------------------------------------------- */

#define trace_kvm_async_pf_completed(...)
#define trace_kvm_async_pf_not_present(...)
#define trace_kvm_async_pf_ready(...)
#define trace_kvm_async_pf_doublefault(...)
#define trace_kvm_async_pf_repeated_fault(...)
#define trace_kvm_try_async_get_page(...)
#undef prefetch
#define prefetch(address)

/* --- waking the vCPU ------------------------------------------------------------------------------ */

#undef waitqueue_active
#undef wq_has_sleeper
#undef wake_up
#undef wake_up_interruptible
#undef swait_active
#undef swq_has_sleeper
#undef swake_up
#undef swake_up_one
#undef swake_up_all
#undef rcuwait_active
#undef rcuwait_wake_up
#define waitqueue_active(wq) (*(wq) == 0)
#define wq_has_sleeper(wq) (*(wq) == 0)
#define wake_up(wq) (*(wq) = 1)
#define wake_up_interruptible(wq) (*(wq) = 1)
#define swait_active(wq) (*(wq) == 0)
#define swq_has_sleeper(wq) (*(wq) == 0)
#define swake_up(wq) (*(wq) = 1)
#define swake_up_one(wq) (*(wq) = 1)
#define swake_up_all(wq) (*(wq) = 1)
#define swaitqueue_active(wq) (*(wq) == 0)	/* swait in PREEMPT_RT trees before 4.6 */
#define swait_wake(wq) (*(wq) = 1)
#define swait_wake_interruptible(wq) (*(wq) = 1)
#define rcuwait_active(wait) (*(wait) == 0)
#define rcuwait_wake_up(wait) (*(wait) = 1)
#define kvm_arch_vcpu_get_wait(vcpu) (&(vcpu)->wait)

MODULE(kvm);

static bool kvm_vcpu_wake_up(struct kvm_vcpu *vcpu)
{
	vcpu->wait = 1;
	return true;
}

static bool __kvm_vcpu_wake_up(struct kvm_vcpu *vcpu)
{
	return kvm_vcpu_wake_up(vcpu);
}

static void kvm_vcpu_kick(struct kvm_vcpu *vcpu)
{
	vcpu->wait = 1;
}

static void kvm_make_request(int req, struct kvm_vcpu *vcpu)
{
	vcpu->requests = 1;
}

/* --- arch/x86/kvm/x86.c --------------------------------------------------------------------------- */

static bool kvm_arch_async_page_not_present(struct kvm_vcpu *vcpu, struct kvm_async_pf *work)
{
	return true;
}

static void kvm_arch_async_page_present_queued(struct kvm_vcpu *vcpu)
{
	vcpu->requests = 1;
}

static void kvm_arch_async_page_present(struct kvm_vcpu *vcpu, struct kvm_async_pf *work)
{
	vcpu->requests = 0;
	work->arch.token = 0;
}

static void kvm_arch_async_page_ready(struct kvm_vcpu *vcpu, struct kvm_async_pf *work)
{
	work->arch.token = 1;
}

static bool kvm_arch_can_inject_async_page_present(struct kvm_vcpu *vcpu)
{
	return true;
}

static bool kvm_arch_can_dequeue_async_page_present(struct kvm_vcpu *vcpu)
{
	return true;
}

/* --- the text under test --------------------------------------------------------------------------- */

static void kvm_destroy_vm(struct kvm *kvm);

/* For trees that lack them: as in every release, and the first async_pf.c had no wakeup_all yet. */
void __weak kvm_get_kvm(struct kvm *kvm)
{
	refcount_inc(&kvm->users_count);
}

void __weak kvm_put_kvm(struct kvm *kvm)
{
	if (refcount_dec_and_test(&kvm->users_count))
		kvm_destroy_vm(kvm);
}

int __weak kvm_async_pf_wakeup_all(struct kvm_vcpu *vcpu)
{
	return 0;
}

SOURCE("virt/kvm/async_pf.c");
SOURCE("virt/kvm/kvm_main.c", kvm_get_kvm, kvm_put_kvm);

/* --- the rest of KVM, as in kvm.h ------------------------------------------------------------------ */

struct kvm_x86_ops {
	void (*vcpu_free)(struct kvm_vcpu *vcpu);
	void (*vm_destroy)(struct kvm *kvm);
};

static struct kvm_x86_ops kvm_x86_ops;
static struct file_operations kvm_chardev_ops;

static void kvm_arch_destroy_vm(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu = kvm->vcpu;

	kvm_clear_async_pf_completion_queue(vcpu);
	kvm_x86_ops.vcpu_free(vcpu);
	kfree(vcpu);
	kvm_x86_ops.vm_destroy(kvm);
}

static void kvm_destroy_vm(struct kvm *kvm)
{
	struct mm_struct *mm = kvm->mm;

	kvm_arch_destroy_vm(kvm);
	kfree(kvm);
	mmdrop(mm);
#if VM_HOLDS_MODULE
	module_put(kvm_chardev_ops.owner);
#endif
}

static int kvm_vm_release(struct inode *inode, struct file *filp)
{
	kvm_put_kvm(filp->private_data);
	return 0;
}

static int kvm_vcpu_release(struct inode *inode, struct file *filp)
{
	struct kvm_vcpu *vcpu = filp->private_data;

	kvm_put_kvm(vcpu->kvm);
	return 0;
}

static struct kvm_arch_async_pf arch_apf;

/* vcpu->mutex is left out: a test has one thread that runs the vCPU */
static long kvm_vcpu_ioctl(struct file *filp, unsigned int ioctl, unsigned long arg)
{
	struct kvm_vcpu *vcpu = filp->private_data;

	if (ioctl == KVM_RUN_FAULTS)
		kvm_setup_async_pf(vcpu, 1, 1, &arch_apf);
	else if (ioctl == KVM_RUN_APF_ON)
		kvm_async_pf_wakeup_all(vcpu);
	else
		kvm_check_async_pf_completion(vcpu);
	return 0;
}

static struct file_operations kvm_vm_fops = {
	.release = kvm_vm_release,
};

static struct file_operations kvm_vcpu_fops = {
	.release = kvm_vcpu_release,
	.unlocked_ioctl = kvm_vcpu_ioctl,
};

static struct kvm *kvm_create_vm(struct mm_struct *mm)
{
	struct kvm *kvm = kzalloc(sizeof(*kvm), GFP_KERNEL);

#if VM_HOLDS_MODULE
	__module_get(kvm_chardev_ops.owner);
#endif
	mmgrab(mm);
	kvm->mm = mm;
	refcount_set(&kvm->users_count, 1);
	return kvm;
}

static struct kvm_vcpu *kvm_create_vcpu(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL);

	vcpu->kvm = kvm;
	kvm->vcpu = vcpu;
	kvm_async_pf_vcpu_init(vcpu);
	kvm_get_kvm(kvm);
	return vcpu;
}

static int kvm_init(struct kvm_x86_ops *ops, struct module *module)
{
	kvm_x86_ops.vcpu_free = ops->vcpu_free;
	kvm_x86_ops.vm_destroy = ops->vm_destroy;
	kvm_chardev_ops.owner = module;
	kvm_vm_fops.owner = FOPS_OWNER;
	kvm_vcpu_fops.owner = FOPS_OWNER;
	return kvm_async_pf_init();
}

static void kvm_exit(void)
{
	kvm_async_pf_deinit();
}

MODULE(kvm_intel, kvm);

static void vmx_vcpu_free(struct kvm_vcpu *vcpu)
{
	vcpu->vmcs = 0;
}

static void vmx_vm_destroy(struct kvm *kvm)
{
	kvm->vmcs = 0;
}

static struct kvm_x86_ops vmx_x86_ops = {
	.vcpu_free = vmx_vcpu_free,
	.vm_destroy = vmx_vm_destroy,
};

static int vmx_init(void)
{
	return kvm_init(&vmx_x86_ops, THIS_MODULE);
}
module_init(vmx_init);

static void vmx_exit(void)
{
	kvm_exit();
}
module_exit(vmx_exit);

MODULE(vmlinux);

static struct mm_struct *vmm_mm;
static struct file *vm_file, *vcpu_file;

BOOT(start)
{
	struct kvm *kvm;

	/* The VMM is a process of its own: user_mm is shared by all THREADs. */
	vmm_mm = __alloc();
	atomic_set(&vmm_mm->mm_users, 1);
	atomic_set(&vmm_mm->mm_count, 1);
	kvm = kvm_create_vm(vmm_mm);
	vm_file = anon_inode_getfd("kvm-vm", &kvm_vm_fops, kvm, O_RDWR);
	vcpu_file = anon_inode_getfd("kvm-vcpu", &kvm_vcpu_fops, kvm_create_vcpu(kvm), O_RDWR);
}

/* The VMM is killed: do_exit() gives up the address space before the files. */
static void vmm_exit(void)
{
	exit_mm();
	close(vcpu_file);
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
