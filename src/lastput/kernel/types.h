/*
 * Basic types, constants and macros.
 *
 * Models include/linux/{types,container_of,err,minmax,gfp_types,compiler}.h. A pointer is a plain number:
 * 0 is NULL, error codes are negative, so ERR_PTR and its kin are casts.
 *
 * Left out: memory ordering. The model is sequentially consistent, so barriers are nothing.
 */

#define NULL ((void *)0)
#define true 1
#define false 0

#define EPERM 1
#define ENOENT 2
#define ESRCH 3
#define EINTR 4
#define EIO 5
#define ENXIO 6
#define E2BIG 7
#define EBADF 9
#define ECHILD 10
#define EAGAIN 11
#define EWOULDBLOCK EAGAIN
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EBUSY 16
#define EEXIST 17
#define EXDEV 18
#define ENODEV 19
#define ENOTDIR 20
#define EISDIR 21
#define EINVAL 22
#define ENFILE 23
#define EMFILE 24
#define ENOTTY 25
#define EFBIG 27
#define ENOSPC 28
#define EROFS 30
#define EPIPE 32
#define EDOM 33
#define ERANGE 34
#define EDEADLK 35
#define ENOSYS 38
#define ENODATA 61
#define ETIME 62
#define EPROTO 71
#define EBADMSG 74
#define EOVERFLOW 75
#define EIDRM 43
#define EILSEQ 84
#define EMSGSIZE 90
#define EPROTONOSUPPORT 93
#define EOPNOTSUPP 95
#define EAFNOSUPPORT 97
#define EADDRINUSE 98
#define EADDRNOTAVAIL 99
#define ENETDOWN 100
#define ENETUNREACH 101
#define ECONNABORTED 103
#define ECONNRESET 104
#define ENOBUFS 105
#define EISCONN 106
#define ENOTCONN 107
#define ESHUTDOWN 108
#define ETIMEDOUT 110
#define ECONNREFUSED 111
#define EHOSTUNREACH 113
#define EALREADY 114
#define EINPROGRESS 115
#define EREMOTEIO 121
#define ECANCELED 125
#define ERESTARTSYS 512
#define EPROBE_DEFER 517
#define ENOTSUPP 524

#define ERR_PTR(error) ((void *)(error))
#define PTR_ERR(ptr) ((long)(ptr))
#define ERR_CAST(ptr) ((void *)(ptr))
#define IS_ERR(ptr) ((long)(ptr) < 0)
#define IS_ERR_OR_NULL(ptr) ((long)(ptr) <= 0)
#define PTR_ERR_OR_ZERO(ptr) (IS_ERR(ptr) ? PTR_ERR(ptr) : 0)
#define IS_ERR_VALUE(x) ((long)(x) < 0)

/* include/linux/container_of.h:18 (6.12) */
#define container_of(ptr, type, member) ((type *)((char *)(ptr) - __offsetof(type, member)))
#define offsetof(type, member) __offsetof(type, member)

#define likely(x) (x)
#define unlikely(x) (x)
#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, value) ((x) = (value))
#define data_race(x) (x)
#define barrier() ((void)0)
#define smp_mb() ((void)0)
#define smp_rmb() ((void)0)
#define smp_wmb() ((void)0)
#define smp_mb__before_atomic() ((void)0)
#define smp_mb__after_atomic() ((void)0)
#define smp_mb__after_srcu_read_unlock() ((void)0)
#define smp_load_acquire(p) (*(p))
#define smp_store_release(p, value) (*(p) = (value))
#define smp_store_mb(x, value) ((x) = (value))
#define cpu_relax() ((void)0)

#define min(x, y) ({ typeof(x) __x = (x); typeof(y) __y = (y); __x < __y ? __x : __y; })
#define max(x, y) ({ typeof(x) __x = (x); typeof(y) __y = (y); __x > __y ? __x : __y; })
#define min_t(type, x, y) min(x, y)
#define max_t(type, x, y) max(x, y)
#define swap(a, b) do { typeof(a) __swap = (a); (a) = (b); (b) = __swap; } while (0)
#define BIT(nr) (1 << (nr))
#define U8_MAX 0xff
#define U16_MAX 0xffff
#define U32_MAX 0xffffffffU
#define UINT_MAX 0xffffffffU
#define S32_MAX 0x7fffffff
#define INT_MAX 0x7fffffff

/* Allocation flags: only whether the caller may sleep (bit 0) counts. */
#define __GFP_DIRECT_RECLAIM 1
#define GFP_KERNEL 1
#define GFP_KERNEL_ACCOUNT 1
#define GFP_USER 1
#define GFP_NOIO 1
#define GFP_NOFS 1
#define GFP_ATOMIC 2
#define GFP_NOWAIT 2
#define __GFP_ZERO 4
#define __GFP_NOWARN 4
#define __GFP_NOFAIL 4
#define __GFP_NORETRY 4
#define __GFP_ACCOUNT 4

/* Text of an always-inline function belongs to its caller, as that of an inline one. */
#define __always_inline inline
