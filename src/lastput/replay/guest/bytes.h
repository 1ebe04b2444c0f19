/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes as a plan writes them: words that are put one behind the other.
 *
 *	u8:N u16:N u32:N u64:N		numbers, least byte first
 *	b16:N b32:N			most byte first, as on a network
 *	hex:0a0bff			these bytes
 *	txt:a\nb  str:NAME		text (\n \t \s for a blank \\ \xHH); str has a 0 behind it
 *	zero:N				N bytes of 0
 *	pid: fd:NAME if:NAME genl:NAME	a process, a descriptor, a network interface (32 bits each), a
 *					generic netlink family (16 bits)
 *	num:NAME			a descriptor, in digits
 *	ptr( ... )			the address of other bytes
 *	attr:TYPE( ... )		a netlink attribute, aligned
 */
#ifndef BYTES_H
#define BYTES_H

#include <stddef.h>

#define MOST 8192

struct bytes {
	size_t used;
	unsigned char at[MOST] __attribute__((aligned(8)));
};

/* Read the words of rest. 0, or -1 with errno: EINVAL for what is no word, ENOENT for a name. */
int bytes_read(struct bytes *bytes, char *rest);

/* A command to rtnetlink (protocol 0) or generic netlink, and its answer: 0, or -1 with the errno. */
int netlink(int protocol, int type, int flags, const struct bytes *body);

/* The number of a generic netlink family, -1 if there is none. */
int family(const char *name);

/* A descriptor by its name in the plan, or a new place for one; NULL if there is none. */
int *file_of(const char *name, int new);

#endif
