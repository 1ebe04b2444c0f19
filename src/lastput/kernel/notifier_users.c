/*
 * Chains of the kernel that anybody may register on, and who calls them.
 *
 * Models kernel/reboot.c, kernel/power/main.c, net/ipv4/devinet.c, net/ipv6/addrconf_core.c, kernel/module/main.c
 * and their kin (6.12), each as the kind of chain that it is there.
 * Once somebody can register, the chain is called NR_EVENTS times, at any time, with any of the actions 0 and 1.
 *
 * Left out: what the actions mean.
 */

#define NOTIFIER_CHAIN(kind, chain, register_one, unregister_one)		\
static struct kind##_notifier_head chain;					\
										\
static int register_one(struct notifier_block *nb)				\
{										\
	return kind##_notifier_chain_register(&chain, nb);			\
}										\
										\
static int unregister_one(struct notifier_block *nb)				\
{										\
	return kind##_notifier_chain_unregister(&chain, nb);			\
}										\
										\
DAEMON(chain##_caller, 1, register_one) {					\
	int action;								\
										\
	for (int i = 0; i < NR_EVENTS; i++) {					\
		wait_idle(chain.head);						\
		plain { action = choose(2); }					\
		kind##_notifier_call_chain(&chain, action, NULL);		\
	}									\
}

/* kernel/reboot.c:119 */
NOTIFIER_CHAIN(blocking, reboot_notifier_list, register_reboot_notifier, unregister_reboot_notifier)
/* kernel/reboot.c:211 */
NOTIFIER_CHAIN(atomic, restart_handler_list, register_restart_handler, unregister_restart_handler)
/* kernel/power/main.c:86 */
NOTIFIER_CHAIN(blocking, pm_chain_head, register_pm_notifier, unregister_pm_notifier)
/* net/ipv4/devinet.c:1498 */
NOTIFIER_CHAIN(blocking, inetaddr_chain, register_inetaddr_notifier, unregister_inetaddr_notifier)
/* net/ipv6/addrconf_core.c:95 */
NOTIFIER_CHAIN(atomic, inet6addr_chain, register_inet6addr_notifier, unregister_inet6addr_notifier)
/* net/core/netevent.c:28 */
NOTIFIER_CHAIN(atomic, netevent_notif_chain, register_netevent_notifier, unregister_netevent_notifier)
/* drivers/power/supply/power_supply_core.c:1255 */
NOTIFIER_CHAIN(blocking, power_supply_notifier, power_supply_reg_notifier, power_supply_unreg_notifier)
/* drivers/usb/core/notify.c:29 */
NOTIFIER_CHAIN(blocking, usb_notifier_list, usb_register_notify, usb_unregister_notify)
/* kernel/module/main.c:137 */
NOTIFIER_CHAIN(blocking, module_notify_list, register_module_notifier, unregister_module_notifier)
/* drivers/video/fbdev/core/fb_notify.c:25 */
NOTIFIER_CHAIN(blocking, fb_notifier_list, fb_register_client, fb_unregister_client)
/* drivers/tty/vt/vt.c:252 */
NOTIFIER_CHAIN(atomic, vt_notifier_list, register_vt_notifier, unregister_vt_notifier)
/* drivers/tty/vt/keyboard.c:163 */
NOTIFIER_CHAIN(atomic, keyboard_notifier_list, register_keyboard_notifier, unregister_keyboard_notifier)
