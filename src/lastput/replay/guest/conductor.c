// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The first process of the guest, and the actors that it forks.
 *
 * Nothing is typed into the guest. The host writes commands into a page of ours, at the physical
 * address that we report, and we report by calling notify(), on which the host has a breakpoint. Both
 * happen at instructions of the guest, so under -icount a run is the same to the last bit.
 *
 * Keep the layout of struct page in step with mailbox.py.
 */
#define _GNU_SOURCE
#include "actions.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define ACTORS 8
#define PAGE 4096

enum event { READY, PAGE_AT, DONE };

struct page {
	volatile uint32_t go;		/* the host counts up: a new command is in text */
	uint32_t pid;
	char text[PAGE - 8];		/* in: the command; out: what it printed */
};

static struct page *pages;		/* one for each actor */
static int wakes[ACTORS][2];		/* a pipe to each actor: a byte is a command */

/* The host's breakpoint is on its first instruction. Its arguments are the message. */
__attribute__((noinline, noclone, used)) long notify(long event, long actor, long value, long error)
{
	__asm__ volatile("" : : "r"(event), "r"(actor), "r"(value), "r"(error) : "memory");
	return event;
}

static uint64_t physical(void *address)
{
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY);

	if (fd < 0 || pread(fd, &entry, 8, (uintptr_t)address / PAGE * 8) != 8 || !(entry >> 63))
		entry = 0;
	if (fd >= 0)
		close(fd);
	return (entry & ((1ULL << 55) - 1)) * PAGE;
}

static void actor(int me)
{
	struct page *page = &pages[me];
	char line[sizeof(page->text)], byte;
	long number = 0;

	page->pid = getpid();
	for (;;) {
		long result;

		if (read(wakes[me][0], &byte, 1) != 1)
			_exit(1);
		memcpy(line, page->text, sizeof(line));
		line[sizeof(line) - 1] = 0;
		page->text[0] = 0;
		result = act(line, page->text, sizeof(page->text));
		number++;
		notify(DONE, me | number << 8, result, result < 0 ? errno : 0);
	}
}

/* What insmod-s the modules that the plan needs: a file with a line "path parameters" for each. */
static void modules(void)
{
	char line[256];
	FILE *list = fopen("/etc/modules", "r");

	while (list && fgets(line, sizeof(line), list)) {
		char *params = line;
		char *path = strsep(&params, " \n");

		line[strcspn(line, "\n")] = 0;
		if (params)
			params[strcspn(params, "\n")] = 0;
		if (path[0] && load(path, params ? params : "") && errno != EEXIST) {
			printf("lastput: insmod %s: %s\n", path, strerror(errno));
			notify(READY, -1, -1, errno);
		}
	}
	if (list)
		fclose(list);
}

/* Where the kernel's text is: the anchor for symbols that were read offline. */
static uint64_t text(void)
{
	unsigned long long address;
	char kind, name[128];
	FILE *list = fopen("/proc/kallsyms", "r");

	while (list && fscanf(list, "%llx %c %127s%*[^\n]", &address, &kind, name) == 3)
		if (!strcmp(name, "_text")) {
			fclose(list);
			return address;
		}
	return 0;
}

/*
 * Pass commands on. The longer nothing comes, the longer is a nap: a guest that waits two minutes for a
 * hung task should be idle, and a command should not wait much longer than the one before. /etc/nap has the
 * longest nap in microseconds, if it is not to be the usual one.
 */
static void listen(void)
{
	uint32_t seen[ACTORS] = { 0 };
	useconds_t nap = 500, longest = 200000;
	FILE *patience = fopen("/etc/nap", "r");

	if (patience && fscanf(patience, "%u", &longest) != 1)
		_exit(1);
	for (;;) {
		for (int i = 0; i < ACTORS; i++) {
			if (pages[i].go == seen[i])
				continue;
			seen[i] = pages[i].go;
			nap = 500;
			if (write(wakes[i][1], "", 1) != 1)
				_exit(1);
		}
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		usleep(nap);
		if (nap < longest)
			nap += nap / 4;
	}
}

int main(void)
{
	pages = mmap(NULL, ACTORS * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (pages == MAP_FAILED || mlock(pages, ACTORS * PAGE))
		return 1;
	modules();
	/* Some kernels have them as modules. */
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	mount("configfs", "/sys/kernel/config", "configfs", 0, NULL);
	for (int i = 0; i < ACTORS; i++) {
		if (pipe(wakes[i]))
			return 1;
		if (!fork()) {
			actor(i);
			_exit(0);
		}
	}
	for (int i = 0; i < ACTORS; i++) {
		while (!pages[i].pid)
			usleep(1000);
		notify(PAGE_AT, i, physical(&pages[i]), pages[i].pid);
	}
	/* The host takes its snapshot here. */
	notify(READY, 0, text(), 0);
	listen();
}
