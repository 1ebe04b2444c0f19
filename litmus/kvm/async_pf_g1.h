/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Async page faults, generation 1: since 22583f0d9c85 ("KVM: async_pf: avoid recursive flushing of
 * work items", Linux 4.9). kvm_clear_async_pf_completion_queue() passes over the items that are done,
 * whose work may still run.
 *
 *   APF_GET(vcpu)     what a queued item holds; by default a reference to the VM,
 *   APF_PUT(vcpu)     put by async_pf_execute() at its end, or by whoever cancels it
 *   GUP(vcpu)         where get_user_pages_remote() sleeps until the page is in
 *   AFTER_CLEAR(vcpu) a look at the vCPU once its queues are empty
 */
#ifndef APF_GET
#define APF_GET(vcpu) kvm_get_kvm((vcpu)->kvm)
#define APF_PUT(vcpu) kvm_put_kvm((vcpu)->kvm)
#endif
#ifndef GUP
#define GUP(vcpu) might_sleep()
#endif
#ifndef AFTER_CLEAR
#define AFTER_CLEAR(vcpu)
#endif

struct kvm_async_pf {
	struct work_struct work;
	struct list_head link;
	struct list_head queue;
	struct kvm_vcpu *vcpu;
};

#ifndef ITEMS
#define ITEMS 1
#endif
POOL(struct kvm_async_pf, ITEMS);

static struct kmem_cache *async_pf_cache;

static int kvm_async_pf_init(void)
{
	async_pf_cache = KMEM_CACHE(kvm_async_pf, 0);
	return 0;
}

static void kvm_async_pf_deinit(void)
{
	kmem_cache_destroy(async_pf_cache);
}

static void async_pf_execute(struct work_struct *work)
{
	struct kvm_async_pf *apf = container_of(work, struct kvm_async_pf, work);
	struct kvm_vcpu *vcpu = apf->vcpu;

	GUP(vcpu);

	spin_lock(&vcpu->async_pf.lock);
	list_add_tail(&apf->link, &vcpu->async_pf.done);
	apf->vcpu = NULL;
	spin_unlock(&vcpu->async_pf.lock);

	vcpu->awake = 1;
	APF_PUT(vcpu);
}

static void kvm_clear_async_pf_completion_queue(struct kvm_vcpu *vcpu)
{
	spin_lock(&vcpu->async_pf.lock);
	while (!list_empty(&vcpu->async_pf.queue)) {
		struct kvm_async_pf *work =
			list_first_entry(&vcpu->async_pf.queue, struct kvm_async_pf, queue);

		list_del(&work->queue);
		if (!work->vcpu)
			continue;	/* it is on the other list */

		spin_unlock(&vcpu->async_pf.lock);
		if (cancel_work_sync(&work->work)) {
			APF_PUT(vcpu);
			kmem_cache_free(async_pf_cache, work);
		}
		spin_lock(&vcpu->async_pf.lock);
	}
	while (!list_empty(&vcpu->async_pf.done)) {
		struct kvm_async_pf *work =
			list_first_entry(&vcpu->async_pf.done, struct kvm_async_pf, link);

		list_del(&work->link);
		kmem_cache_free(async_pf_cache, work);
	}
	spin_unlock(&vcpu->async_pf.lock);
	vcpu->async_pf.queued = 0;
	AFTER_CLEAR(vcpu);
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
		vcpu->async_pf.queued--;
		kmem_cache_free(async_pf_cache, work);
	}
}

static int kvm_setup_async_pf(struct kvm_vcpu *vcpu)
{
	struct kvm_async_pf *work = kmem_cache_zalloc(async_pf_cache, GFP_NOWAIT);

	work->vcpu = vcpu;
	APF_GET(vcpu);
	INIT_WORK(&work->work, async_pf_execute);
	list_add_tail(&work->queue, &vcpu->async_pf.queue);
	vcpu->async_pf.queued++;
	schedule_work(&work->work);
	return 1;
}

static int kvm_async_pf_wakeup_all(struct kvm_vcpu *vcpu)
{
	return 0;
}
