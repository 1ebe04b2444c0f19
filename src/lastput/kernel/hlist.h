/*
 * Hash lists and lock-less stacks.
 *
 * Models include/linux/{list,rculist,llist}.h (6.12). Each operation is one step of plain data access;
 * those of llist are one synchronising step, as they are cmpxchg and xchg there.
 */

#define HLIST_HEAD_INIT { NULL }
#define HLIST_HEAD(name) struct hlist_head name = { NULL }
#define INIT_HLIST_HEAD(head) ((head)->first = NULL)
#define LLIST_HEAD(name) struct llist_head name = { NULL }

/* include/linux/list.h:949 */
static inline void INIT_HLIST_NODE(struct hlist_node *n)
{
	plain {
		n->next = NULL;
		n->pprev = NULL;
	}
}

/* include/linux/list.h:963 */
static inline int hlist_unhashed(const struct hlist_node *n)
{
	return !n->pprev;
}

/* include/linux/list.h:985 */
static inline int hlist_empty(const struct hlist_head *h)
{
	return !h->first;
}

/* include/linux/list.h:1036 */
static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h)
{
	plain {
		struct hlist_node *first = h->first;

		n->next = first;
		if (first)
			first->pprev = &n->next;
		h->first = n;
		n->pprev = &h->first;
	}
}

/* include/linux/list.h:990; in a block */
static inline void __hlist_del(struct hlist_node *n)
{
	struct hlist_node *next = n->next;
	struct hlist_node **pprev = n->pprev;

	*pprev = next;
	if (next)
		next->pprev = pprev;
}

/* include/linux/list.h:1007 */
static inline void hlist_del(struct hlist_node *n)
{
	plain {
		__hlist_del(n);
		n->next = LIST_POISON1;
		n->pprev = LIST_POISON2;
	}
}

/* include/linux/list.h:1020 */
static inline void hlist_del_init(struct hlist_node *n)
{
	plain {
		if (n->pprev) {
			__hlist_del(n);
			n->next = NULL;
			n->pprev = NULL;
		}
	}
}

/* include/linux/rculist.h:543: ->next stays for readers */
static inline void hlist_del_rcu(struct hlist_node *n)
{
	plain {
		__hlist_del(n);
		n->pprev = LIST_POISON2;
	}
}

#define hlist_add_head_rcu(n, h) hlist_add_head(n, h)
#define hlist_del_init_rcu(n) hlist_del_init(n)
#define hlist_entry(ptr, type, member) container_of(ptr, type, member)
#define hlist_entry_safe(ptr, type, member) ({						\
	struct hlist_node *__node = (ptr);						\
	__node ? hlist_entry(__node, type, member) : NULL;				\
})
#define hlist_for_each_entry(pos, head, member)						\
	for (pos = hlist_entry_safe((head)->first, typeof(*(pos)), member); pos;	\
	     pos = hlist_entry_safe((pos)->member.next, typeof(*(pos)), member))
#define hlist_for_each_entry_rcu(pos, head, member, ...) hlist_for_each_entry(pos, head, member)
#define hlist_for_each_entry_safe(pos, n, head, member)					\
	for (pos = hlist_entry_safe((head)->first, typeof(*(pos)), member);		\
	     pos && ((n = (pos)->member.next), 1);					\
	     pos = hlist_entry_safe(n, typeof(*(pos)), member))

/* include/linux/llist.h:246: true if the list was empty before */
static inline int llist_add(struct llist_node *new, struct llist_head *head)
{
	int first;

	atomic {
		first = !head->first;
		new->next = head->first;
		head->first = new;
	}
	return first;
}

/* include/linux/llist.h:264 */
static inline struct llist_node *llist_del_all(struct llist_head *head)
{
	struct llist_node *all;

	atomic {
		all = head->first;
		head->first = NULL;
	}
	return all;
}

/* include/linux/llist.h:216 */
static inline int llist_empty(const struct llist_head *head)
{
	return !head->first;
}

#define llist_entry(ptr, type, member) container_of(ptr, type, member)
