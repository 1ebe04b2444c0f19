// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include "bytes.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define POOLS 8

static struct bytes pools[POOLS];	/* what ptr( ... ) points to */
static int pooled;

static int put(struct bytes *bytes, const void *data, size_t size)
{
	if (bytes->used + size > MOST) {
		errno = E2BIG;
		return -1;
	}
	memcpy(bytes->at + bytes->used, data, size);
	bytes->used += size;
	return 0;
}

static int number(struct bytes *bytes, uint64_t value, size_t size, int most_first)
{
	unsigned char data[8];

	for (size_t i = 0; i < size; i++)
		data[most_first ? size - 1 - i : i] = value >> 8 * i;
	return put(bytes, data, size);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int hex(struct bytes *bytes, const char *text)
{
	for (; text[0]; text += 2) {
		if (digit(text[0]) < 0 || digit(text[1]) < 0) {
			errno = EINVAL;
			return -1;
		}
		if (number(bytes, digit(text[0]) << 4 | digit(text[1]), 1, 0))
			return -1;
	}
	return 0;
}

static int text(struct bytes *bytes, const char *from)
{
	for (; *from; from++) {
		int c = *from;

		if (c == '\\' && from[1]) {
			c = *++from;
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c == 's' ? ' ' : c;
			if (c == 'x' && digit(from[1]) >= 0 && digit(from[2]) >= 0) {
				c = digit(from[1]) << 4 | digit(from[2]);
				from += 2;
			}
		}
		if (number(bytes, c, 1, 0))
			return -1;
	}
	return 0;
}

static int words(struct bytes *bytes, char **rest);

static int attribute(struct bytes *bytes, int type, char **rest)
{
	size_t start = bytes->used;
	struct nlattr head = { .nla_type = type };

	if (put(bytes, &head, sizeof(head)) || words(bytes, rest))
		return -1;
	head.nla_len = bytes->used - start;
	memcpy(bytes->at + start, &head, sizeof(head));
	while (bytes->used % NLA_ALIGNTO)
		if (number(bytes, 0, 1, 0))
			return -1;
	return 0;
}

static int word(struct bytes *bytes, char *name, char *value, char **rest)
{
	uint64_t n = strtoull(value, NULL, 0);
	int found;

	if (!strcmp(name, "attr"))
		return attribute(bytes, n, rest);
	if (!strcmp(name, "ptr(")) {
		struct bytes *pool = &pools[pooled++ % POOLS];

		pool->used = 0;
		return words(pool, rest) ? -1 : number(bytes, (uintptr_t)pool->at, 8, 0);
	}
	if (name[0] == 'u' || name[0] == 'b') {
		int bits = atoi(name + 1);

		if (bits == 8 || bits == 16 || bits == 32 || bits == 64)
			return number(bytes, n, bits / 8, name[0] == 'b');
	}
	if (!strcmp(name, "hex"))
		return hex(bytes, value);
	if (!strcmp(name, "txt"))
		return text(bytes, value);
	if (!strcmp(name, "str"))
		return text(bytes, value) ? -1 : number(bytes, 0, 1, 0);
	if (!strcmp(name, "zero")) {
		while (n--)
			if (number(bytes, 0, 1, 0))
				return -1;
		return 0;
	}
	if (!strcmp(name, "pid"))
		return number(bytes, getpid(), 4, 0);
	if (!strcmp(name, "if")) {
		found = if_nametoindex(value);
		return found ? number(bytes, found, 4, 0) : -1;
	}
	if (!strcmp(name, "genl")) {
		found = family(value);
		return found < 0 ? -1 : number(bytes, found, 2, 0);
	}
	if (!strcmp(name, "fd") || !strcmp(name, "num")) {
		int *file = file_of(value, 0);
		char digits[16];

		errno = ENOENT;
		if (!file)
			return -1;
		snprintf(digits, sizeof(digits), "%d", *file);
		return name[0] == 'f' ? number(bytes, *file, 4, 0) : text(bytes, digits);
	}
	errno = EINVAL;
	return -1;
}

/* Up to the end, or to a closing parenthesis. */
static int words(struct bytes *bytes, char **rest)
{
	char *one;

	while ((one = strsep(rest, " "))) {
		char *value;
		size_t length = strlen(one);

		if (!length)
			continue;
		if (!strcmp(one, ")"))
			return 0;
		value = strchr(one, ':');
		if (value)
			*value++ = 0;
		if (value && length && one[0] == 'a' && value[strlen(value) - 1] == '(')
			value[strlen(value) - 1] = 0;
		if (word(bytes, one, value ? value : "", rest))
			return -1;
	}
	return 0;
}

int bytes_read(struct bytes *bytes, char *rest)
{
	bytes->used = 0;
	return words(bytes, &rest);
}

static int sent(int fd, int type, int flags, const struct bytes *body)
{
	static struct bytes message;
	struct nlmsghdr head = {
		.nlmsg_len = NLMSG_HDRLEN + body->used,
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags,
		.nlmsg_seq = 1,
	};

	message.used = 0;
	if (put(&message, &head, NLMSG_HDRLEN) || put(&message, body->at, body->used))
		return -1;
	return send(fd, message.at, message.used, 0) < 0 ? -1 : 0;
}

/* The acknowledgement; data that comes before it goes to out. */
static int answered(int fd, struct bytes *out)
{
	static struct bytes answer;

	for (;;) {
		ssize_t got = recv(fd, answer.at, MOST, 0);
		struct nlmsghdr *head = (struct nlmsghdr *)answer.at;

		if (got < 0)
			return -1;
		for (; NLMSG_OK(head, got); head = NLMSG_NEXT(head, got)) {
			if (head->nlmsg_type == NLMSG_ERROR) {
				errno = -*(int *)NLMSG_DATA(head);
				return errno ? -1 : 0;
			}
			if (out) {
				out->used = 0;
				put(out, NLMSG_DATA(head), head->nlmsg_len - NLMSG_HDRLEN);
			}
		}
	}
}

static int talk(int protocol, int type, int flags, const struct bytes *body, struct bytes *out)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	int result = -1, saved;

	if (fd < 0)
		return -1;
	if (!connect(fd, (struct sockaddr *)&kernel, sizeof(kernel)) && !sent(fd, type, flags, body))
		result = answered(fd, out);
	saved = errno;
	close(fd);
	errno = saved;
	return result;
}

int netlink(int protocol, int type, int flags, const struct bytes *body)
{
	return talk(protocol, type, flags, body, NULL);
}

int family(const char *name)
{
	static struct bytes asked, told;
	struct genlmsghdr head = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 };
	struct nlattr attr = { .nla_len = NLA_HDRLEN + strlen(name) + 1, .nla_type = CTRL_ATTR_FAMILY_NAME };

	asked.used = told.used = 0;
	put(&asked, &head, sizeof(head));
	put(&asked, &attr, sizeof(attr));
	put(&asked, name, strlen(name) + 1);
	while (asked.used % NLA_ALIGNTO)
		number(&asked, 0, 1, 0);
	if (talk(NETLINK_GENERIC, GENL_ID_CTRL, 0, &asked, &told))
		return -1;
	for (size_t at = GENL_HDRLEN; at + NLA_HDRLEN <= told.used;) {
		struct nlattr *one = (struct nlattr *)(told.at + at);

		if (one->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(uint16_t *)(one + 1);
		at += NLA_ALIGN(one->nla_len);
	}
	errno = ENOENT;
	return -1;
}
