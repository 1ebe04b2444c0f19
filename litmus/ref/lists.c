/*
 * Result: safe
 *
 * Do the list operations do what they say?
 * One task tries them all.
 */
#include <lastput.h>

struct obj {
	struct list_head link;
	struct hlist_node node;
	struct llist_node lnode;
	int value;
};

static LIST_HEAD(list);
static LIST_HEAD(other);
static HLIST_HEAD(hash);
static LLIST_HEAD(stack);
static struct obj a = { .value = 1 }, b = { .value = 2 };

THREAD(user)
{
	struct obj *pos;
	struct list_head *entry, *next;
	struct llist_node *taken;
	int sum = 0;

	WARN_ON(!list_empty(&list) || !list_empty_careful(&list));
	list_add(&a.link, &list);
	WARN_ON(!list_is_singular(&list));
	list_add_tail(&b.link, &list);
	list_for_each(entry, &list)
		sum = sum * 10 + list_entry(entry, struct obj, link)->value;
	WARN_ON(sum != 12);
	list_for_each_safe(entry, next, &list)
		WARN_ON(list_empty(&list));
	list_move(&b.link, &list);
	WARN_ON(list_first_entry(&list, struct obj, link) != &b);
	list_move_tail(&b.link, &list);
	WARN_ON(list_last_entry(&list, struct obj, link) != &b);
	list_splice_init(&list, &other);
	WARN_ON(!list_empty(&list));
	WARN_ON(list_first_entry_or_null(&list, struct obj, link) != NULL);
	sum = 0;
	list_for_each_entry_reverse(pos, &other, link)
		sum = sum * 10 + pos->value;
	WARN_ON(sum != 21);
	list_del_init(&a.link);
	list_del_init(&b.link);
	WARN_ON(!list_empty(&other));

	INIT_HLIST_NODE(&a.node);
	WARN_ON(!hlist_unhashed(&a.node));
	hlist_add_head(&a.node, &hash);
	hlist_add_head(&b.node, &hash);
	sum = 0;
	hlist_for_each_entry(pos, &hash, node)
		sum = sum * 10 + pos->value;
	WARN_ON(sum != 21);
	hlist_del_init(&b.node);
	hlist_del_init(&b.node);
	hlist_del(&a.node);
	WARN_ON(!hlist_empty(&hash));

	WARN_ON(!llist_add(&a.lnode, &stack) || llist_add(&b.lnode, &stack));
	taken = llist_del_all(&stack);
	WARN_ON(llist_entry(taken, struct obj, lnode) != &b || !llist_empty(&stack));
}
