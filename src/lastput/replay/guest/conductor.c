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
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ACTORS 8
#define PAGE 4096
#define NAMES 16

enum event { READY, PAGE_AT, DONE };

struct page {
	volatile uint32_t go;		/* the host counts up: a new command is in text */
	uint32_t pid;
	char text[PAGE - 8];		/* in: the command; out: what it printed */
};

static struct page *pages;		/* one for each actor */
static int wakes[ACTORS][2];		/* a pipe to each actor: a byte is a command */
static struct { char name[24]; int fd; } files[NAMES];

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

/* A descriptor by its name in the plan, or a new place for one. */
static int *file_of(const char *name, int new)
{
	int free = -1;

	for (int i = 0; i < NAMES; i++) {
		if (!strcmp(files[i].name, name))
			return &files[i].fd;
		if (!files[i].name[0] && free < 0)
			free = i;
	}
	if (!new || free < 0)
		return NULL;
	snprintf(files[free].name, sizeof(files[free].name), "%s", name);
	return &files[free].fd;
}

static long keep(const char *name, long fd)
{
	int *place;

	if (fd < 0)
		return fd;
	place = file_of(name, 1);
	if (!place) {
		errno = EMFILE;
		return -1;
	}
	*place = fd;
	return 0;
}

static long load(const char *path, const char *params)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long result = fd < 0 ? -1 : syscall(SYS_finit_module, fd, params, 0);
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return result;
}

static long slurp(const char *path, char *out, size_t room)
{
	int fd = open(path, O_RDONLY);
	long all = 0, got;

	if (fd < 0)
		return -1;
	while ((got = read(fd, out + all, room - 1 - all)) > 0)
		all += got;
	out[all] = 0;
	close(fd);
	return got < 0 ? got : all;
}

static long shell(const char *line)
{
	int status;
	pid_t child = fork();

	if (!child) {
		execl("/bin/busybox", "sh", "-c", line, (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* One action of a plan: a word and up to four arguments. Numbers are as strtol() reads them. */
static long act(char *line, char *out)
{
	char *rest = line, *word[5] = { "", "", "", "", "" };
	int *file;

	if (!strncmp(line, "sh ", 3))
		return shell(line + 3);
	for (int i = 0; i < 5 && (word[i] = strsep(&rest, " ")); i++)
		;
	for (int i = 0; i < 5; i++)
		word[i] = word[i] ? word[i] : "";
	errno = 0;
	if (!strcmp(word[0], "open"))			/* open NAME PATH */
		return keep(word[1], open(word[2], O_RDWR | O_CLOEXEC));
	if (!strcmp(word[0], "insmod"))			/* insmod PATH [PARAMETERS] */
		return load(word[1], word[2]);
	if (!strcmp(word[0], "rmmod"))			/* rmmod MODULE */
		return syscall(SYS_delete_module, word[1], O_NONBLOCK);
	if (!strcmp(word[0], "cat"))			/* cat PATH */
		return slurp(word[1], out, sizeof(pages->text));
	if (!strcmp(word[0], "cpu")) {			/* cpu NUMBER */
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(strtol(word[1], NULL, 0), &set);
		return sched_setaffinity(0, sizeof(set), &set);
	}
	if (!strcmp(word[0], "name"))			/* name COMM */
		return prctl(PR_SET_NAME, word[1], 0, 0, 0);
	if (!strcmp(word[0], "sleep"))			/* sleep MILLISECONDS */
		return usleep(1000 * strtol(word[1], NULL, 0));
	file = file_of(word[1], 0);
	if (!strcmp(word[0], "ioctl_fd")) {		/* ioctl_fd FILE NEW REQUEST ARGUMENT: gives a descriptor */
		if (!file)
			goto bad;
		return keep(word[2], ioctl(*file, strtoul(word[3], NULL, 0), strtoul(word[4], NULL, 0)));
	}
	if (!file)
		goto bad;
	if (!strcmp(word[0], "ioctl"))			/* ioctl FILE REQUEST ARGUMENT */
		return ioctl(*file, strtoul(word[2], NULL, 0), strtoul(word[3], NULL, 0));
	if (!strcmp(word[0], "close")) {		/* close FILE */
		for (int i = 0; i < NAMES; i++)
			if (!strcmp(files[i].name, word[1]))
				files[i].name[0] = 0;
		return close(*file);
	}
	if (!strcmp(word[0], "read") || !strcmp(word[0], "write")) {	/* read FILE BYTES */
		static char buffer[PAGE];
		size_t wanted = strtoul(word[2], NULL, 0);

		wanted = wanted < sizeof(buffer) ? wanted : sizeof(buffer);
		return word[0][0] == 'r' ? read(*file, buffer, wanted) : write(*file, buffer, wanted);
	}
bad:
	errno = EBADF;
	return -1;
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
		result = act(line, page->text);
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
