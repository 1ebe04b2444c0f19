/*
 * Result: safe
 *
 * How is a timer armed that lies in a socket?
 * With sk_reset_timer(), which takes a reference for the callback to put.
 */
#include <lastput.h>

static void retransmit(struct timer_list *t)
{
	struct sock *sk = timer_container_of(sk, t, sk_timer);

	bh_lock_sock(sk);
	if (!sock_owned_by_user(sk))
		sk->sk_state = 1;
	bh_unlock_sock(sk);
	sock_put(sk);
}

THREAD(user)
{
	struct sock *sk = sk_alloc(NULL, 0, GFP_KERNEL, NULL, 0);

	sock_init_data(NULL, sk);
	timer_setup(&sk->sk_timer, retransmit, 0);
	lock_sock(sk);
	sk_reset_timer(sk, &sk->sk_timer, 1);
	release_sock(sk);
	sock_orphan(sk);
	sock_put(sk);
}
