/*
 * Result: safe
 *
 * Do the socket lock and the references of a socket do what they say?
 */
#include <lastput.h>

static struct sock *sk;
static int value, destroyed;

static void destruct(struct sock *sk)
{
	destroyed = 1;
}

static void timeout(struct timer_list *t)
{
	__sock_put(container_of(t, struct sock, sk_timer));
}

BOOT(setup)
{
	sk = sk_alloc(NULL, 0, GFP_KERNEL, NULL, 0);
	sk->sk_destruct = destruct;
	timer_setup(&sk->sk_timer, timeout, 0);
	sock_hold(sk);
}

THREADS(user, 2)
{
	int old;

	lock_sock_nested(sk, 1);
	WARN_ON(!sock_owned_by_user_nocheck(sk));
	old = value;
	value = old + 1;
	sk_reset_timer(sk, &sk->sk_timer, 1);
	sk_stop_timer(sk, &sk->sk_timer);
	sk_stop_timer_sync(sk, &sk->sk_timer);
	release_sock(sk);
	unlock_sock_fast(sk, lock_sock_fast(sk));
	bh_lock_sock_nested(sk);
	bh_unlock_sock(sk);
	sock_set_flag(sk, SOCK_DEAD);
	WARN_ON(!sock_flag(sk, SOCK_DEAD));
	sock_put(sk);
}
