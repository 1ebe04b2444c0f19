/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What surrounds the irqfds of virt/kvm/eventfd.c in a kernel: a VM file, an eventfd, and between the
 * two an irqfd, as KVM_IRQFD leaves it. The text under test is read from --tree. Line numbers are of
 * Linux 6.12. With UNFLUSHED, flush_workqueue() does not wait.
 */
#include <lastput.h>

#ifdef UNFLUSHED
#undef flush_workqueue
#define flush_workqueue(wq) ((void)0)
#endif

/* --- include/linux/{kvm_host,kvm_irqfd,poll,seqlock}.h ------------------------------------------- */

#define CONFIG_HAVE_KVM_IRQFD 1
#define CONFIG_HAVE_KVM_IRQCHIP 1

#define EPOLLIN 1
#define EPOLLHUP 16
#define __poll_t int
#define key_to_poll(key) ((int)(key))

#define KVM_USERSPACE_IRQ_SOURCE_ID 0
#define KVM_IRQFD_RESAMPLE_IRQ_SOURCE_ID 1

/* The routing entry changes under irqfds.lock, and nobody changes it here. */
#define read_seqcount_begin(sc) 0
#define read_seqcount_retry(sc, seq) 0

struct kvm_kernel_irq_routing_entry {
	int type;
};

/* A wait queue entry with a callback, as in include/linux/wait.h:28 */
struct eventfd_wait {
	int (*func)(struct eventfd_wait *wait, unsigned mode, int sync, void *key);
	struct list_head entry;
};
#define wait_queue_entry_t struct eventfd_wait

struct eventfd_ctx {
	struct kref kref;
	int count;
	struct {
		spinlock_t lock;
		struct list_head head;
	} wqh;
};

struct kvm {
	refcount_t users_count;
	int irq_level;
	struct srcu_struct irq_srcu;
	struct mutex irq_lock;
	struct {
		spinlock_t lock;
		struct list_head items;
		struct mutex resampler_lock;
	} irqfds;
};

/* Their names in trees without include/linux/kvm_irqfd.h */
#define _irqfd_resampler kvm_kernel_irqfd_resampler
#define _irqfd kvm_kernel_irqfd

struct kvm_kernel_irqfd_resampler {
	struct kvm *kvm;
	struct list_head list;
	struct list_head link;
};

struct kvm_kernel_irqfd {
	struct kvm *kvm;
	wait_queue_entry_t wait;
	struct kvm_kernel_irq_routing_entry irq_entry;
	int gsi;
	struct work_struct inject;
	struct kvm_kernel_irqfd_resampler *resampler;
	struct eventfd_ctx *resamplefd;
	struct list_head resampler_link;
	struct eventfd_ctx *eventfd;
	struct list_head list;
	struct work_struct shutdown;
};

POOL(struct kvm, 1);
POOL(struct kvm_kernel_irqfd, 1);
POOL(struct eventfd_ctx, 1);

/* --- fs/eventfd.c ----------------------------------------------------------------------------------- */

#define eventfd_ctx_do_read(ctx, cnt) ((ctx)->count = 0)

static void eventfd_free(struct kref *kref)
{
	kfree(container_of(kref, struct eventfd_ctx, kref));
}

static void eventfd_ctx_put(struct eventfd_ctx *ctx)
{
	kref_put(&ctx->kref, eventfd_free);
}

static int eventfd_ctx_remove_wait_queue(struct eventfd_ctx *ctx, wait_queue_entry_t *wait, void *cnt)
{
	spin_lock(&ctx->wqh.lock);
	ctx->count = 0;
	list_del(&wait->entry);
	spin_unlock(&ctx->wqh.lock);
	return 0;
}

/* kernel/sched/wait.c:89: the callbacks run under the lock of the wait queue */
static void eventfd_wake(struct eventfd_ctx *ctx, int key)
{
	spin_lock(&ctx->wqh.lock);
	if (!list_empty(&ctx->wqh.head)) {
		wait_queue_entry_t *wait = list_first_entry(&ctx->wqh.head, wait_queue_entry_t, entry);

		wait->func(wait, 0, 0, (void *)key);
	}
	spin_unlock(&ctx->wqh.lock);
}

static int eventfd_release(struct inode *inode, struct file *filp)
{
	struct eventfd_ctx *ctx = filp->private_data;

	eventfd_wake(ctx, EPOLLHUP);
	eventfd_ctx_put(ctx);
	return 0;
}

/* A write; the ioctl saves a model of write(2). */
static long eventfd_signal(struct file *filp, unsigned int ioctl, unsigned long arg)
{
	struct eventfd_ctx *ctx = filp->private_data;

	ctx->count = 1;
	eventfd_wake(ctx, EPOLLIN);
	return 0;
}

static struct file_operations eventfd_fops = {
	.release = eventfd_release,
	.unlocked_ioctl = eventfd_signal,
};

MODULE(kvm);

/* --- arch/x86/kvm ----------------------------------------------------------------------------------- */

/* Old trees give no line_status. */
static int kvm_set_irq(struct kvm *kvm, int irq_source_id, unsigned gsi, int level, ...)
{
	kvm->irq_level = level;
	return 0;
}

static void kvm_arch_post_irq_ack_notifier_list_update(struct kvm *kvm)
{
}

/* --- the text under test ----------------------------------------------------------------------------- */

static void kvm_destroy_vm(struct kvm *kvm);
static void kvm_irqfd_release(struct kvm *kvm);

/* For trees that lack them, or have them elsewhere */
int __weak kvm_arch_set_irq_inatomic(struct kvm_kernel_irq_routing_entry *irq, struct kvm *kvm, ...)
{
	return -EWOULDBLOCK;
}

void __weak kvm_unregister_irq_ack_notifier(struct kvm *kvm, void *kian)
{
}

void __weak kvm_put_kvm(struct kvm *kvm)
{
	if (refcount_dec_and_test(&kvm->users_count))
		kvm_destroy_vm(kvm);
}

int __weak kvm_vm_release(struct inode *inode, struct file *filp)
{
	struct kvm *kvm = filp->private_data;

	kvm_irqfd_release(kvm);
	kvm_put_kvm(kvm);
	return 0;
}

/* The whole file: a helper that another release splits off comes along. */
SOURCE("virt/kvm/eventfd.c");
SOURCE("virt/kvm/kvm_main.c", kvm_put_kvm, kvm_vm_release);

/* --- the rest of KVM --------------------------------------------------------------------------------- */

static void kvm_destroy_vm(struct kvm *kvm)
{
	kfree(kvm);
}

static struct file_operations kvm_vm_fops = {
	.owner = THIS_MODULE,
	.release = kvm_vm_release,
};

static struct kvm *kvm_create_vm(void)
{
	struct kvm *kvm = kzalloc(sizeof(*kvm), GFP_KERNEL);

	refcount_set(&kvm->users_count, 1);
	spin_lock_init(&kvm->irqfds.lock);
	INIT_LIST_HEAD(&kvm->irqfds.items);
	mutex_init(&kvm->irqfds.resampler_lock);
	mutex_init(&kvm->irq_lock);
	init_srcu_struct(&kvm->irq_srcu);
	return kvm;
}

/* What kvm_irqfd_assign() leaves (eventfd.c:319) */
static void irqfd_assign(struct kvm *kvm, struct eventfd_ctx *ctx)
{
	struct kvm_kernel_irqfd *irqfd = kzalloc(sizeof(*irqfd), GFP_KERNEL);

	irqfd->kvm = kvm;
	irqfd->eventfd = ctx;
	kref_get(&ctx->kref);
	INIT_WORK(&irqfd->inject, irqfd_inject);
	INIT_WORK(&irqfd->shutdown, irqfd_shutdown);
	irqfd->wait.func = irqfd_wakeup;
	list_add_tail(&irqfd->list, &kvm->irqfds.items);
	list_add_tail(&irqfd->wait.entry, &ctx->wqh.head);
}

static int kvm_init(void)
{
	return kvm_irqfd_init();
}
module_init(kvm_init);

static void kvm_exit(void)
{
	kvm_irqfd_exit();
}
module_exit(kvm_exit);

MODULE(vmlinux);

static struct file *vm_file, *eventfd_file;

BOOT(start)
{
	struct kvm *kvm = kvm_create_vm();
	struct eventfd_ctx *ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);

	kref_init(&ctx->kref);
	spin_lock_init(&ctx->wqh.lock);
	INIT_LIST_HEAD(&ctx->wqh.head);
	vm_file = anon_inode_getfd("kvm-vm", &kvm_vm_fops, kvm, O_RDWR);
	eventfd_file = anon_inode_getfd("[eventfd]", &eventfd_fops, ctx, O_RDWR);
	irqfd_assign(kvm, ctx);
}

THREAD(vmm)
{
	close(vm_file);
}
