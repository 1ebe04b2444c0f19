// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 *
 * How far does the protocol of Linux 6.9 scale: V vCPU threads, W async page faults each?
 * To any number of them. This is the model that benchmarks/check_vs_spin.py runs; vCPUs, items and
 * kworkers are interchangeable, so each choice among them is made by pick(), not by a number.
 *
 * Options: workers=2 define V=1 define W=1
 */
#include <lastput.h>

#ifndef V
#define V 2
#endif
#ifndef W
#define W 1
#endif

struct kvm {
	refcount_t users_count;
};

struct kvm_vcpu {
	struct kvm *kvm;
	int created;		/* no thread has taken it over yet */
	int online;		/* it is part of the VM */
	int awake;
	struct {
		struct list_head queue;
		struct list_head done;
		spinlock_t lock;
	} async_pf;
};

struct kvm_async_pf {
	struct work_struct work;
	struct list_head link;
	struct list_head queue;
	struct kvm_vcpu *vcpu;
};

POOL(struct kvm, 1);
POOL(struct kvm_vcpu, V);
POOL(struct kvm_async_pf, V * W);
POOL(struct file, V);

MODULE(kvm);

static struct kmem_cache *async_pf_cache;
static int online_vcpus;

static void async_pf_execute(struct work_struct *work)
{
	struct kvm_async_pf *apf = container_of(work, struct kvm_async_pf, work);
	struct kvm_vcpu *vcpu = apf->vcpu;

	might_sleep();

	spin_lock(&vcpu->async_pf.lock);
	list_add_tail(&apf->link, &vcpu->async_pf.done);
	spin_unlock(&vcpu->async_pf.lock);

	vcpu->awake = 1;
}

static void kvm_flush_and_free_async_pf_work(struct kvm_async_pf *work)
{
	flush_work(&work->work);
	kmem_cache_free(async_pf_cache, work);
}

static void kvm_clear_async_pf_completion_queue(struct kvm_vcpu *vcpu)
{
	while (!list_empty(&vcpu->async_pf.queue)) {
		struct kvm_async_pf *work =
			list_first_entry(&vcpu->async_pf.queue, struct kvm_async_pf, queue);

		list_del(&work->queue);
		if (cancel_work_sync(&work->work))
			kmem_cache_free(async_pf_cache, work);
	}

	spin_lock(&vcpu->async_pf.lock);
	while (!list_empty(&vcpu->async_pf.done)) {
		struct kvm_async_pf *work =
			list_first_entry(&vcpu->async_pf.done, struct kvm_async_pf, link);

		list_del(&work->link);
		spin_unlock(&vcpu->async_pf.lock);
		kvm_flush_and_free_async_pf_work(work);
		spin_lock(&vcpu->async_pf.lock);
	}
	spin_unlock(&vcpu->async_pf.lock);
}

static void kvm_check_async_pf_completion(struct kvm_vcpu *vcpu)
{
	while (!list_empty_careful(&vcpu->async_pf.done)) {
		struct kvm_async_pf *work;

		spin_lock(&vcpu->async_pf.lock);
		work = list_first_entry(&vcpu->async_pf.done, struct kvm_async_pf, link);
		list_del(&work->link);
		spin_unlock(&vcpu->async_pf.lock);

		list_del(&work->queue);
		kvm_flush_and_free_async_pf_work(work);
	}
}

static void kvm_setup_async_pf(struct kvm_vcpu *vcpu)
{
	struct kvm_async_pf *work = kmem_cache_zalloc(async_pf_cache, GFP_NOWAIT);

	work->vcpu = vcpu;
	INIT_WORK(&work->work, async_pf_execute);
	list_add_tail(&work->queue, &vcpu->async_pf.queue);
	schedule_work(&work->work);
}

static void kvm_put_kvm(struct kvm *kvm)
{
	if (refcount_dec_and_test(&kvm->users_count)) {
		while (online_vcpus) {
			struct kvm_vcpu *vcpu;

			atomic {
				vcpu = pick(struct kvm_vcpu, online);
				vcpu->online = 0;
				online_vcpus--;
			}
			kvm_clear_async_pf_completion_queue(vcpu);
			kfree(vcpu);
		}
		kfree(kvm);
	}
}

static int kvm_vcpu_release(struct inode *inode, struct file *filp)
{
	struct kvm_vcpu *vcpu = filp->private_data;

	kvm_put_kvm(vcpu->kvm);
	return 0;
}

static long kvm_vcpu_ioctl(struct file *filp, unsigned int ioctl, unsigned long arg)
{
	kvm_check_async_pf_completion(filp->private_data);
	return 0;
}

static struct file_operations kvm_vcpu_fops = {
	.owner = THIS_MODULE,
	.release = kvm_vcpu_release,
	.unlocked_ioctl = kvm_vcpu_ioctl,
};

static struct kvm *kvm_create_vm(void)
{
	struct kvm *kvm = kzalloc(sizeof(*kvm), GFP_KERNEL);

	refcount_set(&kvm->users_count, V);
	return kvm;
}

static void kvm_create_vcpu(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu = kzalloc(sizeof(*vcpu), GFP_KERNEL);
	int i;

	vcpu->kvm = kvm;
	vcpu->online = 1;
	vcpu->created = 1;
	online_vcpus++;
	INIT_LIST_HEAD(&vcpu->async_pf.done);
	INIT_LIST_HEAD(&vcpu->async_pf.queue);
	spin_lock_init(&vcpu->async_pf.lock);
	for (i = 0; i < W; i++)
		kvm_setup_async_pf(vcpu);
	vcpu->file = anon_inode_getfd("kvm-vcpu", &kvm_vcpu_fops, vcpu, O_RDWR);
}

static int kvm_async_pf_init(void)
{
	async_pf_cache = KMEM_CACHE(kvm_async_pf, 0);
	return 0;
}
module_init(kvm_async_pf_init);

static void kvm_async_pf_deinit(void)
{
	kmem_cache_destroy(async_pf_cache);
}
module_exit(kvm_async_pf_deinit);

MODULE(vmlinux);

/* The VM's own file has been closed again: each vCPU's holds the VM. */
BOOT(guest)
{
	struct kvm *kvm = kvm_create_vm();
	int i;

	for (i = 0; i < V; i++)
		kvm_create_vcpu(kvm);
}

THREADS(vcpu, V)
{
	struct kvm_vcpu *vcpu;
	struct file *file;

	atomic {
		vcpu = pick(struct kvm_vcpu, created);
		vcpu->created = 0;
		file = vcpu->file;
	}
	ioctl(file, 0, 0);
	close(file);
}

THREAD(admin)
{
	rmmod("kvm");
}
