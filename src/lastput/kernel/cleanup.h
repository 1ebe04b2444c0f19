/*
 * Cleanup at the end of a scope: __free(), CLASS(), guard() and scoped_guard().
 *
 * Models include/linux/cleanup.h (6.12), and the classes that lock.h, rcu.c, slab.c and file_table.c would
 * define with it. __cleanup_value(f) is of lastput: f is called with the variable's value, not its address,
 * so that the variable can stay in a register.
 *
 * Left out: conditional guards (mutex_try), scoped_cond_guard().
 */

/* include/linux/cleanup.h:197 */
#define DEFINE_FREE(_name, _type, _free) \
	static inline void __free_##_name(_type _T) { _free; }

/* :214 */
#define no_free_ptr(p) ({ typeof(p) __taken = (p); (p) = NULL; __taken; })
#define return_ptr(p) return no_free_ptr(p)

/* :262 */
#define DEFINE_CLASS(_name, _type, _exit, _init, ...)					\
	typedef _type class_##_name##_t;						\
	static inline void class_##_name##_destructor(_type _T) { _exit; }		\
	static inline _type class_##_name##_constructor(__VA_ARGS__) { return _init; }

/* :276 */
#define CLASS(_name, var)								\
	class_##_name##_t var __cleanup_value(class_##_name##_destructor) =		\
		class_##_name##_constructor

/* :322, :433 */
#define DEFINE_GUARD(_name, _type, _lock, _unlock) \
	DEFINE_CLASS(_name, _type, if (_T) { _unlock; }, ({ _lock; _T; }), _type _T)
#define DEFINE_LOCK_GUARD_0(_name, _lock, _unlock) \
	DEFINE_CLASS(_name, int, if (_T) { _unlock; }, ({ _lock; 1; }), void)

/* :336 */
#define guard(_name) CLASS(_name, __guard)
#define scoped_guard(_name, ...) \
	for (CLASS(_name, __guard)(__VA_ARGS__), *__done = NULL; !__done; __done = (void *)1)

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(fput, struct file *, if (!IS_ERR_OR_NULL(_T)) fput(_T))
DEFINE_FREE(device_node, struct device_node *, if (_T) of_node_put(_T))
DEFINE_FREE(fwnode_handle, struct fwnode_handle *, fwnode_handle_put(_T))
DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD(spinlock, spinlock_t *, spin_lock(_T), spin_unlock(_T))
DEFINE_LOCK_GUARD_0(rcu, rcu_read_lock(), rcu_read_unlock())
