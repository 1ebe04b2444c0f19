/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ACTIONS_H
#define ACTIONS_H

#include <stddef.h>

/* One action of a plan, as actions.c has them. Its result; -1 with errno. What it prints goes to out. */
long act(char *line, char *out, size_t room);

/* Load a module. 0, or -1 with errno. */
long load(const char *path, const char *params);

#endif
