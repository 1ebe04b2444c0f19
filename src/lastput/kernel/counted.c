/*
 * Counted objects of subsystems that are not modelled: their references only.
 *
 * Models kernel/pid.c, kernel/cred.c, net/core/net_namespace.c, drivers/dma-buf/dma-buf.c, net/socket.c,
 * drivers/base/firmware_loader/main.c, drivers/tty/tty_io.c and others (6.12), by the table below; see token.h.
 *
 * Left out: everything but getting and putting.
 */

TOKEN_STRUCT(pid);
TOKEN_STRUCT(net);
TOKEN_STRUCT(cred);
TOKEN_STRUCT(dma_buf);
TOKEN_STRUCT(socket);
TOKEN_STRUCT(firmware);
TOKEN_STRUCT(tty_struct);
TOKEN_STRUCT(iommu_group);
TOKEN_STRUCT(in_device);
TOKEN_STRUCT(inet6_dev);
TOKEN_STRUCT(neighbour);
TOKEN_STRUCT(hci_dev);
TOKEN_STRUCT(drm_gem_object);
TOKEN_STRUCT(dma_fence);

TOKEN(pid, __not_null)
TOKEN(net, __not_null)
TOKEN(cred, __not_null)
TOKEN(dma_buf, __not_null)
TOKEN(socket, __not_null)
TOKEN(firmware, __not_null)
TOKEN(tty_struct, __not_null)
TOKEN(iommu_group, __not_null)
TOKEN(in_device, __not_null)
TOKEN(inet6_dev, __not_null)
TOKEN(neighbour, __not_null)
TOKEN(hci_dev, __not_null)
TOKEN(drm_gem_object, __not_null)
TOKEN(dma_fence, __not_null)

/* kernel/pid.c:473, :451, :112 */
TOKEN_FIND(pid, NULL, find_get_pid)
TOKEN_FIND(pid, NULL, get_task_pid)
TOKEN_FIND(pid, ERR_PTR(-EBADF), pidfd_get_pid)
TOKEN_GET(pid, get_pid)
TOKEN_PUT(pid, put_pid)

/* net/core/net_namespace.c:755, :773 */
TOKEN_FIND(net, ERR_PTR(-EINVAL), get_net_ns_by_fd)
TOKEN_FIND(net, ERR_PTR(-ESRCH), get_net_ns_by_pid)
TOKEN_FIND(net, NULL, get_net_ns_by_id)
TOKEN_GET(net, get_net)
TOKEN_PUT(net, put_net)

/* kernel/cred.c:206 */
TOKEN_FIND(cred, NULL, prepare_creds)
TOKEN_FIND(cred, NULL, prepare_kernel_cred)
TOKEN_FIND(cred, NULL, get_task_cred)
TOKEN_GET(cred, get_cred)
TOKEN_PUT(cred, put_cred)
#define get_current_cred() get_task_cred(current)
#define abort_creds(new) put_cred(new)

/* drivers/dma-buf/dma-buf.c:739, :767 */
TOKEN_FIND(dma_buf, ERR_PTR(-EBADF), dma_buf_get)
TOKEN_FIND(dma_buf, ERR_PTR(-ENOMEM), dma_buf_export)
TOKEN_PUT(dma_buf, dma_buf_put)
/* drivers/dma-buf/dma-fence.c */
TOKEN_GET(dma_fence, dma_fence_get)
TOKEN_PUT(dma_fence, dma_fence_put)

/* net/socket.c:533; the error goes to *err */
static struct socket *sockfd_lookup(int fd, int *err)
{
	if (__request_fails()) {
		*err = -EBADF;
		return NULL;
	}
	return __new_socket(0);
}

TOKEN_PUT(socket, sockfd_put)

/* drivers/base/firmware_loader/main.c:989, :1170 */
static int request_firmware(const struct firmware **firmware, const char *name, struct device *dev)
{
	might_sleep();
	if (__request_fails()) {
		*firmware = NULL;
		return -ENOENT;
	}
	*firmware = __new_firmware(0);
	return 0;
}

#define firmware_request_nowarn(firmware, name, dev) request_firmware(firmware, name, dev)
#define request_firmware_direct(firmware, name, dev) request_firmware(firmware, name, dev)
TOKEN_PUT(firmware, release_firmware)

/* drivers/tty/tty_io.c:1565 */
TOKEN_FIND(tty_struct, NULL, tty_port_tty_get)
TOKEN_FIND(tty_struct, NULL, get_current_tty)
TOKEN_GET(tty_struct, tty_kref_get)
TOKEN_PUT(tty_struct, tty_kref_put)

/* drivers/iommu/iommu.c:1321 */
TOKEN_FIND(iommu_group, NULL, iommu_group_get)
TOKEN_FIND(iommu_group, ERR_PTR(-ENOMEM), iommu_group_alloc)
TOKEN_GET(iommu_group, iommu_group_ref_get)
TOKEN_PUT(iommu_group, iommu_group_put)

/* include/linux/inetdevice.h:238, include/net/addrconf.h:382, include/net/neighbour.h:443 */
TOKEN_FIND(in_device, NULL, in_dev_get)
TOKEN_PUT(in_device, in_dev_put)
TOKEN_FIND(inet6_dev, NULL, in6_dev_get)
TOKEN_PUT(inet6_dev, in6_dev_put)
TOKEN_FIND(neighbour, NULL, neigh_lookup)
TOKEN_FIND(neighbour, NULL, dst_neigh_lookup)
TOKEN_PUT(neighbour, neigh_release)

/* net/bluetooth/hci_core.c:89 */
TOKEN_FIND(hci_dev, NULL, hci_dev_get)
TOKEN_FIND(hci_dev, NULL, hci_get_route)
TOKEN_GET(hci_dev, hci_dev_hold)
TOKEN_PUT(hci_dev, hci_dev_put)

/* drivers/gpu/drm/drm_gem.c:800 */
TOKEN_FIND(drm_gem_object, NULL, drm_gem_object_lookup)
#define drm_gem_object_get(obj) ((void)__get_drm_gem_object(obj))
TOKEN_PUT(drm_gem_object, drm_gem_object_put)
