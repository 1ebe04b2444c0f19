// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Result: safe
 * Result (6.1): unmapped-text (kvm), use-after-free (kvm_vm_fops)
 *
 * May kvm_vm_release() of this tree put the last reference to the module it runs in?
 * Not in 6.7 and later: kvm_init() sets owners, and struct kvm holds no module. In 6.1.y it does: its
 * kvm_init() sets the owner of /dev/kvm only, and the last statement of its kvm_destroy_vm() is
 * module_put().
 *
 * Nothing here says who owns what: kvm_init(), kvm_create_vm(), kvm_destroy_vm(), kvm_put_kvm() and
 * kvm_vm_release() are those of the tree, unmodified.
 *
 * Stage: d
 */
#include <lastput.h>

/* --- include/linux/kvm_host.h, as far as arrays and types must be known ----------------------------- */

#define KVM_NR_BUSES 1
#define KVM_ADDRESS_SPACE_NUM 1
#define KVM_MAX_VCPUS 1
#define KVM_MEM_SLOTS_NUM 1
#define SHRT_MAX 1
#define KVM_EVENT_DESTROY_VM 1
#define SLAB_ACCOUNT 0
#define CPUHP_AP_KVM_STARTING 0
#define KVM_MINOR 232
#define RB_ROOT 0
#define RB_ROOT_CACHED 0
#define __alignof__(type) 8
#define offsetofend(type, member) 0

struct kvm_io_bus {
	int dev_count;
};

struct kvm_memslots {
	atomic_long_t last_used_slot;
	int hva_tree;
	int gfn_tree;
	int id_hash;
};

struct kvm {
	refcount_t users_count;
	struct mm_struct *mm;
	struct kvm_memslots __memslots[KVM_ADDRESS_SPACE_NUM][2];
	struct kvm_memslots *memslots[KVM_ADDRESS_SPACE_NUM];
	struct kvm_io_bus *buses[KVM_NR_BUSES];
	struct mutex lock, irq_lock, slots_lock, slots_arch_lock;
	spinlock_t mn_invalidate_lock, gpc_lock;
	struct rcuwait mn_memslots_update_rcuwait;
	struct list_head gpc_list, devices, vm_list;
	struct srcu_struct srcu, irq_srcu;
	struct dentry *debugfs_dentry;
	int stats_id;
	int max_vcpus;
	int vmcs;
};

POOL(struct kvm, 1);
POOL(struct kvm_io_bus, 1);

/* --- what a VM has besides its module: nobody asks for it here ------------------------------------------ */

#define KVM_MMU_LOCK_INIT(kvm)
#define xa_init(array)
#define xa_init_flags(array, flags)
#define xa_destroy(array)
#define hash_init(table)
#define snprintf(...) ((void)0)
#define task_pid_nr(task) 0
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < 0;)
#define for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < 0;)
#define smp_call_function_single(...)
#define on_each_cpu(...)
#define zalloc_cpumask_var(mask, flags) 1
#define alloc_cpumask_var_node(...) 1
#define free_cpumask_var(mask)
#define cpuhp_setup_state_nocalls(...) 0
#define cpuhp_remove_state_nocalls(state)
#define register_reboot_notifier(nb)
#define unregister_reboot_notifier(nb)
#define register_syscore_ops(ops)
#define unregister_syscore_ops(ops)
#define debugfs_remove_recursive(dentry)
#define kvm_get_bus(kvm, idx) ((kvm)->buses[idx])
#define kvm_arch_nr_memslot_as_ids(kvm) 1
#define rcuwait_active(w) 0

MODULE(kvm);

ASSUME_NOOP(kvm_eventfd_init, kvm_init_irq_routing, kvm_free_irq_routing, kvm_arch_init_vm,
	    kvm_arch_post_init_vm, kvm_arch_pre_destroy_vm, kvm_arch_sync_events, kvm_arch_flush_shadow_all,
	    kvm_coalesced_mmio_init, kvm_coalesced_mmio_free, kvm_irqfd_release, kvm_irqfd_init,
	    kvm_irqfd_exit, kvm_async_pf_init, kvm_async_pf_deinit, kvm_vfio_ops_init, kvm_vfio_ops_exit,
	    kvm_arch_init, kvm_arch_exit, kvm_arch_hardware_setup, kvm_arch_hardware_unsetup,
	    kvm_gmem_init, kvm_gmem_exit, mmu_notifier_unregister, srcu_barrier);

/* Functions of kvm_main.c itself that are not in question */
ASSUME_NOOP(kvm_init_mmu_notifier, kvm_create_vm_debugfs, kvm_destroy_vm_debugfs, kvm_init_pm_notifier,
	    kvm_destroy_pm_notifier, kvm_uevent_notify_change, kvm_flush_shadow_all, kvm_destroy_devices,
	    kvm_free_memslots, preempt_notifier_inc, preempt_notifier_dec,
	    hardware_enable_all, hardware_disable_all, kvm_enable_virtualization,
	    kvm_disable_virtualization, kvm_init_virtualization, kvm_uninit_virtualization, kvm_init_debug);

static long kvm_dev_ioctl(struct file *filp, unsigned int ioctl, unsigned long arg)
{
	return 0;
}

static long kvm_vcpu_ioctl(struct file *filp, unsigned int ioctl, unsigned long arg)
{
	return 0;
}

static long kvm_device_ioctl(struct file *filp, unsigned int ioctl, unsigned long arg)
{
	return 0;
}

static int kvm_vcpu_mmap(struct file *file, struct vm_area_struct *vma)
{
	return 0;
}

static int kvm_device_mmap(struct file *file, struct vm_area_struct *vma)
{
	return 0;
}

static long kvm_vm_ioctl(struct file *filp, unsigned int ioctl, unsigned long arg)
{
	return 0;
}

static long kvm_no_compat_ioctl(struct file *filp, unsigned int ioctl, unsigned long arg)
{
	return 0;
}

static int kvm_no_compat_open(struct inode *inode, struct file *filp)
{
	return 0;
}

static void kvm_sched_in(struct preempt_notifier *pn, int cpu)
{
}

static void kvm_sched_out(struct preempt_notifier *pn, struct task_struct *next)
{
}

/* arch/x86/include/asm/kvm_host.h */
static struct kvm *kvm_arch_alloc_vm(void)
{
	return kzalloc(sizeof(struct kvm), GFP_KERNEL);
}

static void kvm_arch_free_vm(struct kvm *kvm)
{
	kfree(kvm);
}

static void kvm_io_bus_destroy(struct kvm_io_bus *bus)
{
	kfree(bus);
}

/* Static calls into the vendor module */
static void (*kvm_x86_vm_destroy)(struct kvm *kvm);

static void kvm_arch_destroy_vm(struct kvm *kvm)
{
	kvm_x86_vm_destroy(kvm);
}

/* --- the text under test ---------------------------------------------------------------------------------- */

/*
 * kvm_init(opaque, vcpu_size, vcpu_align, module) until 6.2, kvm_init(vcpu_size, vcpu_align, module)
 * since: let it take an argument more than it names.
 */
#define kvm_init(...) kvm_init(__VA_ARGS__, ...)
/* kvm_create_vm(type) until 5.19, kvm_create_vm(type, fdname) since */
#define kvm_create_vm(...) kvm_create_vm(__VA_ARGS__, ...)

SOURCE("virt/kvm/kvm_main.c", kvm_init, kvm_exit, kvm_create_vm, kvm_destroy_vm, kvm_get_kvm, kvm_put_kvm,
       kvm_vm_release, kvm_vcpu_release, kvm_device_release, kvm_get_bus_for_destruction);

/* Of 7.3; before, kvm_create_vm() calls kvm_get_bus() */
static __weak struct kvm_io_bus *kvm_get_bus_for_destruction(struct kvm *kvm, int idx)
{
	return kvm->buses[idx];
}

static struct file *kvm_create_vm_file(void)
{
	return anon_inode_getfd("kvm-vm", &kvm_vm_fops, (kvm_create_vm)(0, "0"), O_RDWR);
}

MODULE(kvm_intel, kvm);

static void vmx_vm_destroy(struct kvm *kvm)
{
	kvm->vmcs = 0;
}

static int vmx_init(void)
{
	kvm_x86_vm_destroy = vmx_vm_destroy;
	return (kvm_init)(0, 1, THIS_MODULE, THIS_MODULE);
}
module_init(vmx_init);

static void vmx_exit(void)
{
	kvm_exit();
}
module_exit(vmx_exit);

MODULE(vmlinux);

static struct file *vm_file;

/* /dev/kvm has been closed again. */
BOOT(start)
{
	current->mm = user_mm;
	vm_file = kvm_create_vm_file();
}

THREAD(vmm)
{
	close(vm_file);
}

THREAD(admin)
{
	rmmod("kvm_intel");
	rmmod("kvm");
}
