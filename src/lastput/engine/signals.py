"""What the compiled search and the Python code around it say to each other: statuses, and the places of
``out``, ``ctl`` and the like."""

from __future__ import annotations

from lastput.engine.blocks import CAP
from lastput.engine.races import Sort

#: Statuses of a step. RANGE: a value does not fit its field. TOOL: a limit of the model; the
#: interpreter, given the same step, raises it with words.
OK, BLOCKED, ERROR, RANGE, TOOL = range(5)

#: Why a search comes back (besides RANGE and TOOL). FULL: no room for states or parts. NARROW: part
#: numbers need more bits. BROKEN: what was concluded from futures does not hold.
DONE, PAUSE, FULL, CONFLICT, NARROW, BROKEN = 10, 11, 12, 13, 14, 15

#: What a step leaves in ``out``: choices it had, class and address of the error, a bit for each
#: class that was warned of, slot and value that do not fit, entries in the log.
O_CHOICES, O_CLASS, O_ADDRESS, O_WARNED, O_SLOT, O_VALUE, O_LOGGED = range(7)
#: More from a block: its steps, whether a conflict was found, threads that it is one with unless their
#: locks exclude each other (as bits of their places among those that move).
O_STEPS, O_CONFLICT = 7, 8
#: What a step takes from ``out``: the choice. (As an argument it would be compiled once as a variable
#: and once as the constant 0.)
O_CHOICE = 9
O_SOFT = 10
#: Left by a step: whether it looked at or wrote what belongs to another thread (SPAWN).
O_FOREIGN = 11
#: From here on: for each class that was warned of, the number of steps up to the first warning.
O_WARNED_AT = 16
OUT = 32

#: Columns of the marks of an address: the number of the expansion that they belong to; then for each
#: sort of access (``races.Sort``) the threads that have read it so, and those that have written, as
#: bits. More threads than bits cannot be merged.
MARKS = 1 + 2 * len(Sort)

#: Counters: next state to expand (bfs) or number expanded (dfs); states stored; bits of a state number
#: in the table; entries that the table may hold; transitions; failures; depth; first state of the next
#: level; expansions before a pause; bit set of classes seen; the expansion's serial number; 1 for
#: depth first; entries on the stack; the state that was being expanded; the first state that an
#: interrupted expansion added, else -1; states to store at most (0: no limit); shared parts, bits of
#: their numbers in their table, and how many fit; the same for the parts of threads; 1 to pause at the
#: first error; from C_SIGHTED on, for each error class, the number of the state where it was first met.
(
    C_HEAD,
    C_COUNT,
    C_BITS,
    C_TABLE_FULL,
    C_TRANSITIONS,
    C_FAILURES,
    C_DEPTH,
    C_LEVEL_END,
    C_LIMIT,
    C_SEEN,
    C_SERIAL,
    C_DFS,
    C_STACK,
    C_STATE,
    C_FIRST_NEW,
    C_MOST,
    C_SHARED,
    C_SHARED_BITS,
    C_SHARED_FULL,
    C_LOCAL,
    C_LOCAL_BITS,
    C_LOCAL_FULL,
    C_UNTIL_FOUND,
) = range(23)
C_SIGHTED = 24
CTL = 48

#: Counters of the search for short ways: the level (number of steps) that is being settled, entries
#: made, nodes that wait, classes wanted and found (bits), lasts; then goals, one for each class.
R_LEVEL, R_ENTRIES, R_WAITING, R_WANTED, R_FOUND, R_LASTS = range(6)
#: A goal: 1 if there is one, steps, switches, node, place of the thread (-1: the node is the goal),
#: choice, steps of the last block.
GOAL = 16
G_SET, G_STEPS, G_SWITCHES, G_NODE, G_THREAD, G_CHOICE, G_LAST = range(7)
ROUTE = GOAL + 16 * 8
#: Lists of nodes.
BUCKETS = CAP + 1
#: Room for entries that an expansion starts with; it makes one for each edge at most.
MARGIN = 1 << 16

#: Successors that are looked up together.
BATCH = 256
