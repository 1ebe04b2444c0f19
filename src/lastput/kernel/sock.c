/*
 * Sockets: references and the socket lock.
 *
 * Models net/core/sock.c and include/net/sock.h (6.12). The last sock_put() calls sk_destruct() and frees. What blocks:
 * lock_sock() while another task owns the socket; bh_lock_sock() spins only while the state of the lock changes, so
 * a softirq may come while a task owns the socket and has to ask sock_owned_by_user().
 *
 * Left out: protocols, buffers, the backlog of an owned socket, sk_free()'s count of what is still being sent.
 */

struct sock {
	spinlock_t slock;
	struct task_struct *owned;
	refcount_t sk_refcnt;
	void (*sk_destruct)(struct sock *sk);
	void *sk_user_data;
	struct socket *sk_socket;
	struct timer_list sk_timer;
	int sk_state;
	int sk_shutdown;
	int dead;
};

#define SOCK_DEAD 0
#define sock_flag(sk, flag) ((sk)->dead)
#define sock_set_flag(sk, flag) ((sk)->dead = 1)
#define sock_owned_by_user(sk) ((sk)->owned != NULL)
#define sock_owned_by_user_nocheck(sk) ((sk)->owned != NULL)

/* net/core/sock.c:2230, with sock_init_data() */
static struct sock *sk_alloc(void *net, int family, int gfp, void *prot, int kern)
{
	struct sock *sk = kzalloc(sizeof(*sk), gfp);

	if (sk)
		refcount_set(&sk->sk_refcnt, 1);
	return sk;
}

#define sock_init_data(sock, sk) ((sk)->sk_socket = (sock))

/* net/core/sock.c:2355 */
static void sk_free(struct sock *sk)
{
	if (sk->sk_destruct)
		sk->sk_destruct(sk);
	kfree(sk);
}

/* include/net/sock.h:789, :1948 */
static void sock_hold(struct sock *sk)
{
	refcount_inc(&sk->sk_refcnt);
}

static void sock_put(struct sock *sk)
{
	if (refcount_dec_and_test(&sk->sk_refcnt))
		sk_free(sk);
}

/* include/net/sock.h:797: for a reference that is known not to be the last */
static void __sock_put(struct sock *sk)
{
	refcount_dec(&sk->sk_refcnt);
}

/* net/core/sock.c:3678 */
static void lock_sock(struct sock *sk)
{
	SLEEP_UNTIL(acquire, !sk->slock.owner && !sk->owned, sk->owned = current; current->held++);
}

/* net/core/sock.c:3692 */
static void release_sock(struct sock *sk)
{
	release {
		if (sk->owned == current) {
			sk->owned = NULL;
			current->held--;
		} else {
			warn(LOCK_MISUSE, sk, "release_sock() of a socket that this task does not own");
		}
	}
}

#define lock_sock_nested(sk, subclass) lock_sock(sk)
#define lock_sock_fast(sk) (lock_sock(sk), true)
#define unlock_sock_fast(sk, slow) ((void)(slow), release_sock(sk))
#define bh_lock_sock(sk) spin_lock(&(sk)->slock)
#define bh_lock_sock_nested(sk) spin_lock(&(sk)->slock)
#define bh_unlock_sock(sk) spin_unlock(&(sk)->slock)

/* include/net/sock.h:2064 */
static void sock_orphan(struct sock *sk)
{
	plain {
		sk->dead = 1;
		sk->sk_socket = NULL;
	}
}

/* net/core/sock.c:3575: a timer that is armed holds the socket. One step, as a timer takes a jiffy. */
static void sk_reset_timer(struct sock *sk, struct timer_list *timer, unsigned long expires)
{
	atomic {
		if (!mod_timer(timer, expires))
			sock_hold(sk);
	}
}

/* net/core/sock.c:3583: waits for nothing */
static void sk_stop_timer(struct sock *sk, struct timer_list *timer)
{
	if (timer_delete(timer))
		__sock_put(sk);
}

/* net/core/sock.c:3590 */
static void sk_stop_timer_sync(struct sock *sk, struct timer_list *timer)
{
	if (timer_delete_sync(timer))
		__sock_put(sk);
}
