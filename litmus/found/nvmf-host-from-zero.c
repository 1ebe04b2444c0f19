/*
 * Result: refcount-from-zero (nvmf_host), refcount-underflow (nvmf_host), use-after-free (nvmf_host)
 *
 * May nvmf_host_add() take a reference to a host that it finds in the list of hosts?
 * No. The list is locked, but the count of a host in it may be 0 already: nvmf_host_put() takes the lock only
 * to remove it. kref_get_unless_zero() asks.
 *
 * Found by REF008 in Linux 7.3: drivers/nvme/host/fabrics.c:57.
 */
#include <lastput.h>

struct nvmf_host {
	struct kref ref;
	struct list_head list;
};

static LIST_HEAD(nvmf_hosts);
static DEFINE_MUTEX(nvmf_hosts_mutex);

static struct nvmf_host *nvmf_host_add(void)
{
	struct nvmf_host *host;

	mutex_lock(&nvmf_hosts_mutex);
	list_for_each_entry(host, &nvmf_hosts, list) {
		kref_get(&host->ref);
		goto out_unlock;
	}
	host = kzalloc(sizeof(*host), GFP_KERNEL);
	kref_init(&host->ref);
	list_add_tail(&host->list, &nvmf_hosts);
out_unlock:
	mutex_unlock(&nvmf_hosts_mutex);
	return host;
}

static void nvmf_host_destroy(struct kref *ref)
{
	struct nvmf_host *host = container_of(ref, struct nvmf_host, ref);

	mutex_lock(&nvmf_hosts_mutex);
	list_del(&host->list);
	mutex_unlock(&nvmf_hosts_mutex);
	kfree(host);
}

static void nvmf_host_put(struct nvmf_host *host)
{
	kref_put(&host->ref, nvmf_host_destroy);
}

static struct nvmf_host *connected;

BOOT(connect)
{
	connected = nvmf_host_add();
}

THREAD(leaver)
{
	nvmf_host_put(connected);
}

THREAD(comer)
{
	nvmf_host_put(nvmf_host_add());
}
