/*
 * Modules: references, delete_module(2), and the moment when the text goes.
 *
 * Models kernel/module/main.c (6.12). The compiler makes one struct module for each MODULE line; .text is
 * the life of its text and data. What blocks: delete_module() in async_synchronize_full() and in the
 * synchronize_rcu() of free_module(), and in whatever the module's exit function waits for. It waits for no
 * reference, no workqueue, no kthread and no RCU callback.
 * module_mutex is not modelled: what it covers before exit() is one step here, and that free_module() holds it
 * during synchronize_rcu() delays only another delete_module().
 *
 * Left out: loading at run time, forced removal, module notifiers, live patching, symbol_get().
 */

enum module_state { MODULE_STATE_LIVE, MODULE_STATE_COMING, MODULE_STATE_GOING, MODULE_STATE_UNFORMED };

#define MODULE_REF_BASE 1
#define MODULE_DEPS 4

struct module {
	/* set by the compiler */
	const char *name;
	int (*init)(void);
	void (*exit)(void);
	struct module *deps[MODULE_DEPS];
	int text;
	/* ours */
	int state;
	int refcnt;
	int used;			/* the base reference, and those of modules that use symbols of this one */
	int failed;			/* init() did, and the module is still there */
};

LEAK_ABOVE(struct module, refcnt, used);	/* a reference that is left keeps it loaded for ever */

/* That its text goes is left to a task of its own, init_failed below, as nothing may fail before the first step. */
static void __init_failed(struct module *mod)
{
	atomic {
		mod->state = MODULE_STATE_GOING;
		mod->failed = 1;
	}
}

/* do_init_module(), kernel/module/main.c:2723, for each module, in the order of the file: dependencies come first */
BOOT(load_modules) {
	struct module *m;
	struct module *mod;
	int (*init)(void);

	for (;;) {
		atomic {
			mod = NULL;
			for_each_instance(struct module, m) {
				if (!mod && !m->refcnt)
					mod = m;
			}
			if (mod) {
				mod->refcnt = MODULE_REF_BASE;
				mod->used = MODULE_REF_BASE;
				for (int i = 0; i < MODULE_DEPS; i++) {
					if (mod->deps[i]) {
						mod->deps[i]->refcnt++;
						mod->deps[i]->used++;
					}
				}
			}
		}
		if (!mod)
			break;
		init = mod->init;
		if (init && init() < 0)
			__init_failed(mod);
	}
}

/* kernel/module/main.c:397: NULL if it is not loaded; in a block */
static inline struct module *find_module(const char *name)
{
	struct module *m;
	struct module *mod = NULL;

	for_each_instance(struct module, m) {
		if (m->name == name && m->text == 1)
			mod = m;
	}
	return mod;
}

/* The struct is part of the module's own memory. In a block. */
static inline void __module_mapped(struct module *mod)
{
	if (mod->text != 1)
		fail(USE_AFTER_FREE, mod, "a reference of a module that is gone is taken or put");
}

/* kernel/module/main.c:856 */
static void __module_get(struct module *mod)
{
	if (mod) {
		atomic {
			__module_mapped(mod);
			mod->refcnt++;
		}
	}
}

/* kernel/module/main.c:865 */
static bool try_module_get(struct module *mod)
{
	bool ret = true;

	if (mod) {
		atomic {
			__module_mapped(mod);
			ret = mod->state != MODULE_STATE_GOING && mod->refcnt > 0;
			if (ret)
				mod->refcnt++;
		}
	}
	return ret;
}

/* kernel/module/main.c:881: wakes nobody, unloads nothing */
static void module_put(struct module *mod)
{
	if (mod) {
		atomic {
			__module_mapped(mod);
			if (mod->refcnt > 0)
				mod->refcnt--;
			else
				warn(REFCOUNT_UNDERFLOW, mod, "module_put(): WARN_ON(ret < 0)");
		}
	}
}

#define module_refcount(mod) ((mod)->refcnt - MODULE_REF_BASE)
#define module_is_live(mod) ((mod)->state != MODULE_STATE_GOING)
#define module_name(mod) ((mod)->name)

/* already_uses(), kernel/module/main.c:597: does a loaded module use symbols of this one? In a block. */
static inline int __module_used(struct module *mod)
{
	struct module *m;
	int used = 0;

	for_each_instance(struct module, m) {
		for (int i = 0; i < MODULE_DEPS; i++) {
			if (m->deps[i] == mod)
				used = 1;
		}
	}
	return used;
}

/* kernel/module/main.c:700, with try_release_module_ref() at :686; in a block */
static inline int try_stop_module(struct module *mod)
{
	if (mod->refcnt < MODULE_REF_BASE)
		fail(WARN, mod, "kernel BUG at try_release_module_ref(): the base reference was put");
	if (mod->refcnt > MODULE_REF_BASE)
		return -EWOULDBLOCK;
	mod->refcnt = 0;
	mod->state = MODULE_STATE_GOING;
	return 0;
}

/* kernel/module/main.c:654 */
static void module_unload_free(struct module *mod)
{
	atomic {
		for (int i = 0; i < MODULE_DEPS; i++) {
			if (mod->deps[i]) {
				mod->deps[i]->refcnt--;
				mod->deps[i]->used--;
				mod->deps[i] = NULL;
			}
		}
	}
}

/* kernel/module/main.c:1293: text and data go in free_mod_mem(), :1345, as far as anybody can tell at once */
static void free_module(struct module *mod)
{
	module_unload_free(mod);
	synchronize_rcu();
	atomic {
		int pending = __pending_objects();

		__left_behind(mod);
		mod->text = 2;
		if (__pending_objects() != pending)
			fail(USE_AFTER_FREE, mod, "ODEBUG: free active object: the module goes before its callback");
	}
}

/* The way out of do_init_module(), kernel/module/main.c:2723 */
DAEMON(init_failed, 1, __init_failed) {
	struct module *mod;

	for (;;) {
		atomic {
			mod = pick_idle(struct module, failed);
			mod->failed = 0;
			mod->refcnt = 0;
		}
		free_module(mod);
	}
}

/* kernel/module/main.c:732 */
static int delete_module(const char *name)
{
	struct module *mod;
	void (*exit)(void) = NULL;
	int ret;

	atomic {
		__might_resched();
		mod = find_module(name);
		if (!mod)
			ret = -ENOENT;
		else if (__module_used(mod))
			ret = -EWOULDBLOCK;
		else if (mod->state != MODULE_STATE_LIVE)
			ret = -EBUSY;
		else if (mod->init && !mod->exit)
			ret = -EBUSY;
		else
			ret = try_stop_module(mod);
		if (!ret)
			exit = mod->exit;
	}
	if (ret)
		return ret;
	if (exit)
		exit();
	async_synchronize_full();
	free_module(mod);
	return 0;
}

/* rmmod(8): 0 or a negative error code */
static int rmmod(const char *name)
{
	return SYSCALL(delete_module(name));
}
