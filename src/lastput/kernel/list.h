/*
 * Doubly linked lists, hash lists and lock-less stacks.
 *
 * Models include/linux/{list,rculist,llist}.h (6.12) and, for the warnings, lib/list_debug.c with
 * CONFIG_DEBUG_LIST: a corrupted list is reported and left as it is. Each operation is one step of plain
 * data access, so two unlocked operations on one list are tried in both orders but never torn.
 *
 * Left out: the order of the single stores inside an operation; list sorting and cutting.
 */

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define LIST_POISON1 ((void *)-256)
#define LIST_POISON2 ((void *)-290)
#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

/* include/linux/list.h:35 */
static inline void INIT_LIST_HEAD(struct list_head *list)
{
	plain {
		list->next = list;
		list->prev = list;
	}
}

/* include/linux/list.h:149; in a block */
static inline void __list_add(struct list_head *new, struct list_head *prev, struct list_head *next)
{
	if (next->prev != prev || prev->next != next) {
		warn(WARN, prev, "list_add corruption: the neighbours do not point to each other");
	} else if (new == prev || new == next) {
		warn(WARN, new, "list_add double add");
	} else {
		next->prev = new;
		new->next = next;
		new->prev = prev;
		prev->next = new;
	}
}

/* include/linux/list.h:220 and lib/list_debug.c; in a block */
static inline void __list_del_entry(struct list_head *entry)
{
	struct list_head *prev = entry->prev;
	struct list_head *next = entry->next;

	if (next == LIST_POISON1 || prev == LIST_POISON2) {
		warn(WARN, entry, "list_del corruption: the entry was deleted before");
	} else if (prev->next != entry || next->prev != entry) {
		warn(WARN, entry, "list_del corruption: the neighbours do not point to the entry");
	} else {
		next->prev = prev;
		prev->next = next;
	}
}

/* include/linux/list.h:173 */
static inline void list_add(struct list_head *new, struct list_head *head)
{
	plain { __list_add(new, head, head->next); }
}

/* include/linux/list.h:188 */
static inline void list_add_tail(struct list_head *new, struct list_head *head)
{
	plain { __list_add(new, head->prev, head); }
}

/* include/linux/list.h:234 */
static inline void list_del(struct list_head *entry)
{
	plain {
		__list_del_entry(entry);
		entry->next = LIST_POISON1;
		entry->prev = LIST_POISON2;
	}
}

/* include/linux/list.h:292 */
static inline void list_del_init(struct list_head *entry)
{
	plain {
		__list_del_entry(entry);
		entry->next = entry;
		entry->prev = entry;
	}
}

/* include/linux/list.h:303 */
static inline void list_move(struct list_head *list, struct list_head *head)
{
	plain {
		__list_del_entry(list);
		__list_add(list, head, head->next);
	}
}

/* include/linux/list.h:314 */
static inline void list_move_tail(struct list_head *list, struct list_head *head)
{
	plain {
		__list_del_entry(list);
		__list_add(list, head->prev, head);
	}
}

/* include/linux/list.h:575: all of list goes to the front of head, list is emptied */
static inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	plain {
		if (list->next != list) {
			struct list_head *first = list->next;
			struct list_head *last = list->prev;
			struct list_head *at = head->next;

			first->prev = head;
			head->next = first;
			last->next = at;
			at->prev = last;
			list->next = list;
			list->prev = list;
		}
	}
}

/* include/linux/list.h:378 */
static inline int list_empty(const struct list_head *head)
{
	return head->next == head;
}

/* include/linux/list.h:414: both links, one step here */
static inline int list_empty_careful(const struct list_head *head)
{
	int empty;

	plain { empty = head->next == head && head->prev == head; }
	return empty;
}

/* include/linux/list.h:456 */
static inline int list_is_singular(const struct list_head *head)
{
	int singular;

	plain { singular = head->next != head && head->next == head->prev; }
	return singular;
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(ptr, type, member) list_entry((ptr)->next, type, member)
#define list_last_entry(ptr, type, member) list_entry((ptr)->prev, type, member)
#define list_next_entry(pos, member) list_entry((pos)->member.next, typeof(*(pos)), member)
#define list_prev_entry(pos, member) list_entry((pos)->member.prev, typeof(*(pos)), member)
#define list_first_entry_or_null(ptr, type, member) ({					\
	struct list_head *__head = (ptr);						\
	struct list_head *__first = __head->next;					\
	__first != __head ? list_entry(__first, type, member) : NULL;			\
})
#define list_entry_is_head(pos, head, member) (&(pos)->member == (head))

#define list_for_each(pos, head) for (pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_safe(pos, n, head)						\
	for (pos = (head)->next, n = pos->next; pos != (head); pos = n, n = pos->next)
#define list_for_each_entry(pos, head, member)						\
	for (pos = list_first_entry(head, typeof(*pos), member);			\
	     !list_entry_is_head(pos, head, member);					\
	     pos = list_next_entry(pos, member))
#define list_for_each_entry_reverse(pos, head, member)					\
	for (pos = list_last_entry(head, typeof(*pos), member);				\
	     !list_entry_is_head(pos, head, member);					\
	     pos = list_prev_entry(pos, member))
#define list_for_each_entry_safe(pos, n, head, member)					\
	for (pos = list_first_entry(head, typeof(*pos), member),			\
	     n = list_next_entry(pos, member);						\
	     !list_entry_is_head(pos, head, member);					\
	     pos = n, n = list_next_entry(n, member))

/* include/linux/rculist.h: as above; list_del_rcu() (include/linux/rculist.h:155) keeps ->next for readers */
#define list_add_rcu(new, head) list_add(new, head)
#define list_add_tail_rcu(new, head) list_add_tail(new, head)
#define list_for_each_entry_rcu(pos, head, member, ...) list_for_each_entry(pos, head, member)
static inline void list_del_rcu(struct list_head *entry)
{
	plain {
		__list_del_entry(entry);
		entry->prev = LIST_POISON2;
	}
}
