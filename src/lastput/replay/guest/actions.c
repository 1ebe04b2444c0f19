// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a thread of a plan does: one line is one system call, or a few that belong together. The words are in
 * actions.py, which checks a plan before a guest is booted; docs/replay.md tells them to people.
 */
#define _GNU_SOURCE
#include "actions.h"
#include "bytes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMES 32

static struct { char name[24]; int fd; void *map; size_t size; } files[NAMES];
static struct bytes bytes;

int *file_of(const char *name, int new)
{
	int free = -1;

	for (int i = 0; i < NAMES; i++) {
		if (name[0] && !strcmp(files[i].name, name))
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

static int forget(const char *name)
{
	for (int i = 0; i < NAMES; i++)
		if (!strcmp(files[i].name, name)) {
			files[i].name[0] = 0;
			return files[i].fd;
		}
	return -1;
}

long load(const char *path, const char *params)
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

/* The first number in a file, or the one behind a word that begins a line. */
static long counted(const char *path, const char *word, char *out, size_t room)
{
	char *at = out;

	if (slurp(path, out, room) < 0)
		return -1;
	if (word[0]) {
		while (at && (strncmp(at, word, strlen(word)) || at[strlen(word)] > ' '))
			at = (at = strchr(at, '\n')) ? at + 1 : NULL;
		at = at ? at + strlen(word) : NULL;
	}
	at = at ? strpbrk(at, "0123456789") : NULL;
	if (!at) {
		errno = ENODATA;
		return -1;
	}
	return strtol(at, NULL, 10);
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

/* Flags by their letters: r w (both: rw), c(reat), e(xcl), n(onblock), t(runc), a(ppend), d(irectory). */
static int flags_of(const char *letters)
{
	int flags = O_CLOEXEC, r = !!strchr(letters, 'r'), w = !!strchr(letters, 'w');

	flags |= r && !w ? O_RDONLY : w && !r ? O_WRONLY : O_RDWR;
	flags |= strchr(letters, 'c') ? O_CREAT : 0;
	flags |= strchr(letters, 'e') ? O_EXCL : 0;
	flags |= strchr(letters, 'n') ? O_NONBLOCK : 0;
	flags |= strchr(letters, 't') ? O_TRUNC : 0;
	flags |= strchr(letters, 'a') ? O_APPEND : 0;
	flags |= strchr(letters, 'd') ? O_DIRECTORY : 0;
	return flags;
}

/* Write bytes to a file that is opened for that: sysfs, configfs, debugfs, /proc. */
static long echo(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	long result = fd < 0 ? -1 : write(fd, bytes.at, bytes.used);
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return result;
}

/* The first file of a name at or below a directory. */
static long found(const char *name, const char *root, const char *file, const char *flags)
{
	static char path[4096];
	char line[4096];
	FILE *list;

	snprintf(line, sizeof(line), "/bin/busybox find %s -name '%s' | /bin/busybox sort | /bin/busybox head -n 1",
		 root, file);
	list = popen(line, "r");
	if (!list)
		return -1;
	path[0] = 0;
	if (fgets(path, sizeof(path), list))
		path[strcspn(path, "\n")] = 0;
	pclose(list);
	return keep(name, open(path, flags_of(flags), 0));
}

/* Both ends of what has two. */
static long keep_both(const char *name, const char *other, const int fd[2])
{
	return keep(name, fd[0]) || keep(other, fd[1]) ? -1 : 0;
}

static long pair(const char *name, const char *other)
{
	int fd[2];

	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) ? -1 : keep_both(name, other, fd);
}

/* A terminal at whose other end we are; Debian's kernels know no other kind than devpts. */
static long pty(const char *name, const char *other)
{
	int unlocked = 0, fd[2];

	if ((mkdir("/dev/pts", 0755) && errno != EEXIST) ||
	    (access("/dev/pts/ptmx", F_OK) && mount("devpts", "/dev/pts", "devpts", 0, "ptmxmode=0600")))
		return -1;
	fd[0] = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd[0] < 0 || ioctl(fd[0], TIOCSPTLCK, &unlocked))
		return -1;
	fd[1] = ioctl(fd[0], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return fd[1] < 0 ? -1 : keep_both(name, other, fd);
}

/* Unload a module after all that use it, as modprobe -r --remove-holders does. */
static long unload(const char *name)
{
	char path[256];
	struct dirent *one;
	DIR *holders;

	snprintf(path, sizeof(path), "/sys/module/%s/holders", name);
	while ((holders = opendir(path))) {
		char user[64] = "";

		while ((one = readdir(holders)))
			if (one->d_name[0] != '.')
				snprintf(user, sizeof(user), "%.60s", one->d_name);
		closedir(holders);
		if (!user[0])
			break;
		if (unload(user))
			return -1;
	}
	return syscall(SYS_delete_module, name, O_NONBLOCK);
}

static long appears(const char *path, long milliseconds)
{
	while (access(path, F_OK)) {
		if (milliseconds <= 0)
			return -1;
		usleep(10000);
		milliseconds -= 10;
	}
	return 0;
}

static long flags_of_link(const char *name, int up)
{
	struct ifreq request = { .ifr_flags = 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	long result = fd;

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (fd >= 0) {
		result = ioctl(fd, SIOCGIFFLAGS, &request);
		request.ifr_flags = up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP;
		result = result ? result : ioctl(fd, SIOCSIFFLAGS, &request);
		close(fd);
	}
	return result;
}

/* link add NAME KIND [BYTES of its data] | link del NAME | link up NAME | link down NAME */
static long link_of(char *what, char *name, char *kind, char *rest)
{
	char line[1024];

	if (!strcmp(what, "up") || !strcmp(what, "down"))
		return flags_of_link(name, what[0] == 'u');
	if (!strcmp(what, "add"))
		snprintf(line, sizeof(line), "zero:16 attr:%d( str:%s ) attr:%d( attr:%d( str:%s ) attr:%d( %s ) )",
			 IFLA_IFNAME, name, IFLA_LINKINFO, IFLA_INFO_KIND, kind, IFLA_INFO_DATA, rest ? rest : "");
	else
		snprintf(line, sizeof(line), "zero:4 if:%s zero:8", name);
	if (bytes_read(&bytes, line))
		return -1;
	return netlink(NETLINK_ROUTE, what[0] == 'a' ? RTM_NEWLINK : RTM_DELLINK,
		       what[0] == 'a' ? NLM_F_CREATE | NLM_F_EXCL : 0, &bytes);
}

/* genl FAMILY COMMAND VERSION BYTES */
static long generic(const char *name, char *command, char *version, char *rest)
{
	char line[4096];
	int type = family(name);

	if (type < 0)
		return -1;
	snprintf(line, sizeof(line), "u8:%s u8:%s u16:0 %s", command, version, rest ? rest : "");
	return bytes_read(&bytes, line) ? -1 : netlink(NETLINK_GENERIC, type, 0, &bytes);
}

static long map(int fd, const char *name, size_t size, off_t offset)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

	if (at == MAP_FAILED || keep(name, dup(fd)))
		return -1;
	for (int i = 0; i < NAMES; i++)
		if (!strcmp(files[i].name, name)) {
			files[i].map = at;
			files[i].size = size;
		}
	return 0;
}

static long unmap(const char *name)
{
	for (int i = 0; i < NAMES; i++)
		if (!strcmp(files[i].name, name) && files[i].map) {
			close(forget(name));
			return munmap(files[i].map, files[i].size);
		}
	errno = EBADF;
	return -1;
}

/* A descriptor that a request of a structure gives: 32 bits at an offset in it. */
static long request(int fd, unsigned long number, const char *name, size_t offset)
{
	long result = ioctl(fd, number, bytes.at);
	int given;

	if (result < 0 || !name[0])
		return result;
	memcpy(&given, bytes.at + offset, sizeof(given));
	return keep(name, given);
}

#define IS(name) (!strcmp(word[0], name))
#define N(i) strtoul(word[i], NULL, 0)

/* With a descriptor. */
static long with(int fd, char **word, char *rest, char *out, size_t room)
{
	static char zeros[4096];

	if (IS("ioctl"))		/* ioctl FILE REQUEST NUMBER */
		return ioctl(fd, N(2), N(3));
	if (IS("ioctl_fd"))		/* ioctl_fd FILE NEW REQUEST NUMBER: gives a descriptor */
		return keep(word[2], ioctl(fd, N(3), N(4)));
	if (IS("read")) {		/* read FILE BYTES */
		size_t wanted = N(2);

		return read(fd, out, wanted < room ? wanted : room);
	}
	if (IS("write"))		/* write FILE NUMBER: so many bytes of 0 */
		return write(fd, zeros, N(2) < sizeof(zeros) ? N(2) : sizeof(zeros));
	if (IS("mmap"))			/* mmap FILE NEW SIZE [OFFSET] */
		return map(fd, word[2], N(3), N(4));
	if (IS("listen"))		/* listen FILE */
		return listen(fd, 8);
	if (IS("accept"))		/* accept FILE NEW */
		return keep(word[2], accept4(fd, NULL, NULL, SOCK_CLOEXEC));
	if (IS("dup"))			/* dup FILE NEW */
		return keep(word[2], fcntl(fd, F_DUPFD_CLOEXEC, 0));
	if (IS("setns"))		/* setns FILE */
		return setns(fd, 0);
	if (IS("request"))		/* request FILE REQUEST BYTES */
		return bytes_read(&bytes, rest) ? -1 : request(fd, N(2), "", 0);
	if (IS("request_fd"))		/* request_fd FILE NEW REQUEST OFFSET BYTES */
		return bytes_read(&bytes, rest) ? -1 : request(fd, N(3), word[2], N(4));
	if (bytes_read(&bytes, rest))
		return -1;
	if (IS("put"))			/* put FILE BYTES */
		return write(fd, bytes.at, bytes.used);
	if (IS("bind"))			/* bind FILE BYTES */
		return bind(fd, (struct sockaddr *)bytes.at, bytes.used);
	if (IS("connect"))		/* connect FILE BYTES */
		return connect(fd, (struct sockaddr *)bytes.at, bytes.used);
	if (IS("send"))			/* send FILE BYTES */
		return send(fd, bytes.at, bytes.used, MSG_NOSIGNAL);
	if (IS("setsockopt"))		/* setsockopt FILE LEVEL OPTION BYTES */
		return setsockopt(fd, N(2), N(3), bytes.at, bytes.used);
	errno = ENOSYS;
	return -1;
}

/* How many words stand before the bytes. */
static int before(const char *name)
{
	static const struct { const char *name; int words; } known[] = {
		{ "echo", 2 }, { "put", 2 }, { "bind", 2 }, { "connect", 2 }, { "send", 2 }, { "request", 3 },
		{ "request_fd", 5 }, { "setsockopt", 4 }, { "netlink", 4 }, { "genl", 4 }, { "link", 4 },
		{ "insmod", 2 }, { "mount", 4 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(known[i].name, name))
			return known[i].words;
	return 6;
}

static long one(char *line, char *out, size_t room)
{
	char *rest = line, *word[6] = { "", "", "", "", "", "" };
	int words = 6;

	if (!strncmp(line, "sh ", 3))
		return shell(line + 3);
	for (int i = 0; i < words && rest; i++) {
		word[i] = strsep(&rest, " ");
		words = i ? words : before(word[0]);
	}
	errno = 0;
	if (IS("open"))			/* open NAME PATH [FLAGS] */
		return keep(word[1], open(word[2], flags_of(word[3]), 0600));
	if (IS("find"))			/* find NAME DIRECTORY FILE [FLAGS] */
		return found(word[1], word[2], word[3], word[4][0] ? word[4] : "r");
	if (IS("close")) {		/* close NAME */
		int fd = forget(word[1]);

		return close(fd);
	}
	if (IS("insmod"))		/* insmod PATH [PARAMETERS] */
		return load(word[1], rest ? rest : "");
	if (IS("rmmod"))		/* rmmod MODULE */
		return syscall(SYS_delete_module, word[1], O_NONBLOCK);
	if (IS("unload"))		/* unload MODULE: after its users */
		return unload(word[1]);
	if (IS("cat"))			/* cat PATH */
		return slurp(word[1], out, room);
	if (IS("count"))		/* count PATH [WORD]: a number */
		return counted(word[1], word[2], out, room);
	if (IS("appears"))		/* appears PATH MILLISECONDS */
		return appears(word[1], N(2));
	if (IS("cpu")) {		/* cpu NUMBER */
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(N(1), &set);
		return sched_setaffinity(0, sizeof(set), &set);
	}
	if (IS("name"))			/* name COMM */
		return prctl(PR_SET_NAME, word[1], 0, 0, 0);
	if (IS("sleep"))		/* sleep MILLISECONDS */
		return usleep(1000 * N(1));
	if (IS("kill"))			/* kill PID NUMBER */
		return kill(N(1), N(2));
	if (IS("mkdir"))		/* mkdir PATH */
		return mkdir(word[1], 0700);
	if (IS("rmdir"))		/* rmdir PATH */
		return rmdir(word[1]);
	if (IS("unlink"))		/* unlink PATH */
		return unlink(word[1]);
	if (IS("symlink"))		/* symlink TARGET PATH */
		return symlink(word[1], word[2]);
	if (IS("mount"))		/* mount SOURCE PATH TYPE [OPTIONS] */
		return mount(word[1], word[2], word[3], 0, rest);
	if (IS("umount"))		/* umount PATH */
		return umount2(word[1], 0);
	if (IS("munmap"))		/* munmap NAME */
		return unmap(word[1]);
	if (IS("unshare"))		/* unshare FLAGS */
		return unshare(N(1));
	if (IS("socket"))		/* socket NAME DOMAIN TYPE PROTOCOL */
		return keep(word[1], socket(N(2), N(3) | SOCK_CLOEXEC, N(4)));
	if (IS("pair"))			/* pair NAME NEW: two sockets */
		return pair(word[1], word[2]);
	if (IS("pty"))			/* pty NAME NEW: the master, and the terminal */
		return pty(word[1], word[2]);
	if (IS("link"))
		return link_of(word[1], word[2], word[3], rest);
	if (IS("genl"))
		return generic(word[1], word[2], word[3], rest);
	if (IS("echo"))			/* echo PATH BYTES */
		return bytes_read(&bytes, rest) ? -1 : echo(word[1]);
	if (IS("netlink"))		/* netlink PROTOCOL TYPE FLAGS BYTES */
		return bytes_read(&bytes, rest) ? -1 : netlink(N(1), N(2), N(3), &bytes);
	if (!file_of(word[1], 0)) {
		errno = EBADF;
		return -1;
	}
	return with(*file_of(word[1], 0), word, rest, out, room);
}

long act(char *line, char *out, size_t room)
{
	static char copy[4096];
	long times, result = 0;
	char *rest, *step;

	if (strncmp(line, "repeat ", 7))	/* repeat NUMBER ACTION ; ACTION ... */
		return one(line, out, room);
	times = strtol(line + 7, &line, 0);
	while (times-- > 0) {
		snprintf(copy, sizeof(copy), "%s", line);
		for (rest = copy; (step = strsep(&rest, ";"));) {
			step += strspn(step, " ");
			if (step[0] && step[strlen(step) - 1] == ' ')
				step[strlen(step) - 1] = 0;
			result = one(step, out, room);
		}
	}
	return result;
}
