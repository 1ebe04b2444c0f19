/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Async page faults, generation 0: Linux 2.6.38 (af585b921e5d "KVM: Halt vcpu if page it tries to
 * access is swapped out") to 4.8. Each work item holds a reference to the VM, and
 * kvm_clear_async_pf_completion_queue() waits for every item on the queue, done or not.
 */
struct kvm_async_pf {
	struct work_struct work;
	struct list_head link;
	struct list_head queue;
	struct kvm_vcpu *vcpu;
	int done;
};

#ifndef ITEMS
#define ITEMS 1
#endif
POOL(struct kvm_async_pf, ITEMS);

/* Where get_user_pages() sleeps until the page is in. */
#ifndef GUP
#define GUP(vcpu) might_sleep()
#endif

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
	apf->done = 1;
	spin_unlock(&vcpu->async_pf.lock);

	vcpu->awake = 1;
	kvm_put_kvm(vcpu->kvm);
}

static void kvm_clear_async_pf_completion_queue(struct kvm_vcpu *vcpu)
{
	while (!list_empty(&vcpu->async_pf.queue)) {
		struct kvm_async_pf *work =
			list_first_entry(&vcpu->async_pf.queue, struct kvm_async_pf, queue);

		cancel_work_sync(&work->work);
		list_del(&work->queue);
		if (!work->done)
			kmem_cache_free(async_pf_cache, work);
	}

	spin_lock(&vcpu->async_pf.lock);
	while (!list_empty(&vcpu->async_pf.done)) {
		struct kvm_async_pf *work =
			list_first_entry(&vcpu->async_pf.done, struct kvm_async_pf, link);

		list_del(&work->link);
		kmem_cache_free(async_pf_cache, work);
	}
	spin_unlock(&vcpu->async_pf.lock);
	vcpu->async_pf.queued = 0;
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
	kvm_get_kvm(vcpu->kvm);
	INIT_WORK(&work->work, async_pf_execute);
	schedule_work(&work->work);
	list_add_tail(&work->queue, &vcpu->async_pf.queue);
	vcpu->async_pf.queued++;
	return 1;
}

static int kvm_async_pf_wakeup_all(struct kvm_vcpu *vcpu)
{
	return 0;
}
