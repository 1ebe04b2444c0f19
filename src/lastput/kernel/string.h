/*
 * Strings, numbers from text, and memory to and from user space.
 *
 * Models lib/{string,vsprintf,kstrtox}.c and include/linux/uaccess.h (6.12). Strings are compared by identity, as
 * everywhere. memcpy() of a whole object to one of the same type copies it; what else is written (a part, bytes, text,
 * what user space hands in, a number read from it) is any of the values that its readers can tell apart, and comparing
 * memory gives any result. With CONFIG_FAIL_FUNCTION each access to user space may fail. What blocks: nothing, but
 * access to user space is checked for sleep-in-atomic.
 *
 * Left out: what lies behind the first element that a pointer leads to; the lengths of texts, which are 1.
 */

/* lib/string.c:267 */
#define strcmp(a, b) ((const char *)(a) != (const char *)(b))
#define strncmp(a, b, n) strcmp(a, b)
#define strcasecmp(a, b) strcmp(a, b)
#define strncasecmp(a, b, n) strcmp(a, b)
#define sysfs_streq(a, b) (!strcmp(a, b))
#define strlen(s) ((void)(s), 1)
#define strnlen(s, n) strlen(s)

/* lib/vsprintf.c:2932 and its kin: the arguments are read */
static inline int __format(char *buf, const char *format, ...)
{
	return 1;
}

#define sprintf(buf, ...) __format(__overwrite(buf), __VA_ARGS__)
#define snprintf(buf, size, ...) __format(__overwrite(buf), __VA_ARGS__)
#define scnprintf(buf, size, ...) __format(__overwrite(buf), __VA_ARGS__)
#define strscpy(to, from, ...) __format(__overwrite(to), from)
#define strscpy_pad(to, from, ...) __format(__overwrite(to), from)
#define strlcpy(to, from, size) __format(__overwrite(to), from)
#define strcpy(to, from) __format(__overwrite(to), from)
#define strncpy(to, from, size) __format(__overwrite(to), from)
#define strcat(to, from) __format(__overwrite(to), from)

/* mm/util.c:55, lib/kasprintf.c:53: a string of its own, to be freed */
struct memory {
	int unused;
};

static char *__new_string(int flags)
{
	struct memory *memory = __kmalloc(sizeof(*memory), flags);

	return (void *)memory;
}

#define kstrdup(s, flags) __new_string(flags)
#define kstrndup(s, n, flags) __new_string(flags)
#define kstrdup_const(s, flags) __new_string(flags)
#define kmemdup_nul(s, n, flags) __new_string(flags)
#define kasprintf(flags, ...) __new_string(flags)

/* Any of 0 and 1. */
static int __any_bit(void)
{
	int any;

	plain { any = choose(2); }
	return any;
}

/* lib/kstrtox.c:259: 0, or an error code and no number */
#define __number_from(result) ({			\
	int __bad = __request_fails();			\
	if (!__bad)					\
		*(result) = __any_value();		\
	__bad ? -EINVAL : 0;				\
})
#define kstrtoint(s, base, result) __number_from(result)
#define kstrtouint(s, base, result) __number_from(result)
#define kstrtol(s, base, result) __number_from(result)
#define kstrtoul(s, base, result) __number_from(result)
#define kstrtoll(s, base, result) __number_from(result)
#define kstrtoull(s, base, result) __number_from(result)
#define kstrtou8(s, base, result) __number_from(result)
#define kstrtou16(s, base, result) __number_from(result)
#define kstrtou32(s, base, result) __number_from(result)
#define kstrtobool(s, result) __number_from(result)
#define kstrtoint_from_user(s, n, base, result) __number_from(result)
#define kstrtoul_from_user(s, n, base, result) __number_from(result)
#define kstrtou8_from_user(s, n, base, result) __number_from(result)
#define kstrtobool_from_user(s, n, result) __number_from(result)

#define memcmp(a, b, n) __any_bit()
#define memcpy(to, from, n) __copy_memory(to, from, n)
#define memmove(to, from, n) __copy_memory(to, from, n)

/* include/linux/uaccess.h:205: the number of bytes that were not copied */
static unsigned long __user_access(const void *user)
{
	might_sleep();
	return __request_fails();
}

#define copy_from_user(to, from, n) ({ __overwrite(to); __user_access(from); })
#define copy_to_user(to, from, n) __user_access(to)
#define clear_user(to, n) __user_access(to)
#define get_user(x, ptr) ({				\
	int __fault = __user_access(ptr);		\
	(x) = __any_value();				\
	__fault ? -EFAULT : 0;				\
})
#define put_user(x, ptr) ((void)(x), __user_access(ptr) ? -EFAULT : 0)
#define access_ok(ptr, n) 1
#define capable(cap) __any_bit()
#define ns_capable(ns, cap) __any_bit()

/* mm/util.c:222: a copy of its own, or an error code */
#define memdup_user(from, n) ({					\
	typeof(__alloc(n)) __dup = ERR_PTR(-EFAULT);		\
	if (!__user_access(from))				\
		__dup = __kmalloc(n, GFP_USER);			\
	if (!IS_ERR_OR_NULL(__dup))				\
		__overwrite(__dup);				\
	__dup;							\
})
#define vmemdup_user(from, n) memdup_user(from, n)
#define memdup_user_nul(from, n) __new_string(GFP_KERNEL)

/* fs/libfs.c:1096 */
#define simple_read_from_buffer(to, count, pos, from, n) ((ssize_t)(__user_access(to) ? -EFAULT : 1))
#define simple_write_to_buffer(to, n, pos, from, count) ({	\
	__overwrite(to);					\
	(ssize_t)(__user_access(from) ? -EFAULT : 1);		\
})
