/*
 * Counted things that a getter hands out: nodes, clocks, devices, whatever a putter takes back.
 *
 * Models the contract that drivers/of/base.c, drivers/clk/clk.c, drivers/regulator/core.c (6.12) and others share. A
 * reference is an object: each getter gives a new one, or its error value if CONFIG_FAIL_FUNCTION is defined, and the
 * last put frees it. So a reference that is never put is a leak, and a second put or a use after it is a use of freed
 * memory. What a test declares itself is borrowed: it starts without references and is never freed, but a
 * reference taken of it (struct x *held) leaks as any other.
 *
 * A getter that takes the object before (of_get_next_child()) puts it and gives NR_ROUNDS objects in a row.
 *
 * Left out: that two getters may give the same object; what the object is.
 */

#ifndef NR_ROUNDS
#define NR_ROUNDS 2
#endif

/* The members that a counted struct needs. */
#define TOKEN_MEMBERS(tag)			\
	int token_refs;				\
	int token_counted;			\
	int token_round;			\
	struct tag *token_held

/* A struct that is nothing else. */
#define TOKEN_STRUCT(tag) struct tag { TOKEN_MEMBERS(tag); }

/* New references, further ones, and their end, of struct tag. An error code is no object to ok(). */
#define TOKEN(tag, ok)								\
static struct tag *__new_##tag(int round)					\
{										\
	struct tag *token = __alloc();						\
										\
	plain {									\
		token->token_refs = 1;						\
		token->token_counted = 1;					\
		token->token_round = round;					\
	}									\
	return token;								\
}										\
										\
static struct tag *__get_##tag(struct tag *token)				\
{										\
	if (ok(token)) {							\
		atomic {							\
			token->token_refs++;					\
			if (!token->token_counted && token->token_refs == 1)	\
				token->token_held = __alloc();			\
		}								\
	}									\
	return token;								\
}										\
										\
static void __put_##tag(struct tag *token)					\
{										\
	if (ok(token)) {							\
		atomic {							\
			if (token->token_refs == 0) {				\
				warn(REFCOUNT_UNDERFLOW, token,			\
				     "a reference is put that was not taken");	\
			} else {						\
				token->token_refs--;				\
				if (token->token_refs == 0) {			\
					if (token->token_counted)		\
						__free(token);			\
					else					\
						__free(token->token_held);	\
				}						\
			}							\
		}								\
	}									\
}

#define __not_null(token) ((token) != NULL)
#define __not_null_nor_error(token) (!IS_ERR_OR_NULL(token))

/* What a putter takes: __not_null, __not_null_nor_error. Getters: of a new reference; the same that puts its first, second or third argument; of one more reference. */
#define TOKEN_FIND(tag, failure, name)						\
static struct tag *name(...)							\
{										\
	return __request_fails() ? failure : __new_##tag(0);			\
}

#define __TOKEN_NEXT(tag, from)							\
	int round = from ? from->token_round + 1 : 0;				\
										\
	__put_##tag(from);							\
	return round >= NR_ROUNDS || __request_fails() ? NULL : __new_##tag(round)

#define TOKEN_NEXT(tag, name)							\
static struct tag *name(struct tag *from, ...)					\
{										\
	__TOKEN_NEXT(tag, from);						\
}

#define TOKEN_NEXT_OF(tag, name)						\
static struct tag *name(const void *parent, struct tag *from, ...)		\
{										\
	__TOKEN_NEXT(tag, from);						\
}

#define TOKEN_GET(tag, name)							\
static struct tag *name(struct tag *token)					\
{										\
	return __get_##tag(token);						\
}

#define TOKEN_PUT(tag, name)							\
static void name(struct tag *token)						\
{										\
	__put_##tag(token);							\
}

/* A use that is counted: a clock that is enabled, a phy that is on. What keeps it so leaks if nobody ends it. */
#define USE_MEMBERS(tag, state)			\
	int state;				\
	struct tag##_##state *state##_held

#define USE(tag, state)				\
struct tag##_##state {				\
	int unused;				\
}

#define __use_begins(tag, state, token) do {		\
	atomic {					\
		token->state++;				\
		if (token->state == 1)			\
			token->state##_held = __alloc();	\
	}						\
} while (0)

#define __use_ends(tag, state, token) do {		\
	atomic {					\
		if (token->state == 0) {		\
			warn(REFCOUNT_UNDERFLOW, token, #tag " is no longer " #state);	\
		} else {				\
			token->state--;			\
			if (token->state == 0)		\
				__free(token->state##_held);	\
		}					\
	}						\
} while (0)

/* Calls that begin and end it: 0, or an error code. NULL is a thing that needs nothing. */
#define TOKEN_USE(tag, state, name)						\
static int name(struct tag *token)						\
{										\
	if (!token)								\
		return 0;							\
	if (__request_fails())							\
		return -EIO;							\
	__use_begins(tag, state, token);					\
	return 0;								\
}

#define TOKEN_UNUSE(tag, state, name)						\
static int name(struct tag *token)						\
{										\
	if (token)								\
		__use_ends(tag, state, token);					\
	return 0;								\
}
