/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Async page faults, generation 2: since 3d75b8aa5c29 ("KVM: Always flush async #PF workqueue when
 * vCPU is being destroyed", Linux 6.9, in 6.1.y as b54478d20375). A work item holds nothing; whoever
 * takes it off the list of done items waits for its work. The switches take single parts of that
 * commit away, or put older ones back:
 *
 *   FLUSH_IN_CLEAR    1: kvm_clear_async_pf_completion_queue() waits for items that are done
 *   FLUSH_IN_CHECK    1: kvm_check_async_pf_completion() does
 *   FLUSH_WAKEUP_ALL  0: not for items of kvm_async_pf_wakeup_all(), which have no work
 *   APF_GET, APF_PUT  what a queued item holds; by default nothing
 *   GUP(vcpu)         where get_user_pages_remote() sleeps until the page is in
 *   AFTER_CLEAR(vcpu) a look at the vCPU once its queues are empty
 */
#ifndef FLUSH_IN_CLEAR
#define FLUSH_IN_CLEAR 1
#endif
#ifndef FLUSH_IN_CHECK
#define FLUSH_IN_CHECK 1
#endif
#ifndef FLUSH_WAKEUP_ALL
#define FLUSH_WAKEUP_ALL 0
#endif
#ifndef APF_GET
#define APF_GET(vcpu)
#define APF_PUT(vcpu)
#endif
#ifndef AFTER_CLEAR
#define AFTER_CLEAR(vcpu)
#endif
#ifndef GUP
#define GUP(vcpu) might_sleep()
#endif

struct kvm_async_pf {
	struct work_struct work;
	struct list_head link;
	struct list_head queue;
	struct kvm_vcpu *vcpu;
	int wakeup_all;
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

static void kvm_flush_async_pf_work(struct kvm_async_pf *work)
{
#if !FLUSH_WAKEUP_ALL
	if (work->wakeup_all)
		return;
#endif
	flush_work(&work->work);
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
#if FLUSH_IN_CLEAR
		spin_unlock(&vcpu->async_pf.lock);
		kvm_flush_async_pf_work(work);
		kmem_cache_free(async_pf_cache, work);
		spin_lock(&vcpu->async_pf.lock);
#else
		kmem_cache_free(async_pf_cache, work);
#endif
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
#if FLUSH_IN_CHECK
		kvm_flush_async_pf_work(work);
#endif
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
	struct kvm_async_pf *work;

	if (!list_empty_careful(&vcpu->async_pf.done))
		return 0;

	work = kmem_cache_zalloc(async_pf_cache, GFP_ATOMIC);
	work->wakeup_all = 1;
	INIT_LIST_HEAD(&work->queue);

	spin_lock(&vcpu->async_pf.lock);
	list_add_tail(&work->link, &vcpu->async_pf.done);
	spin_unlock(&vcpu->async_pf.lock);

	vcpu->async_pf.queued++;
	return 0;
}
