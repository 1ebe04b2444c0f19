"""A log to its reports: lines are sorted by who printed them, and each is given to the report it belongs to.

Where printk tells the caller (``[T123]``, ``[C1]``; CONFIG_PRINTK_CALLER), reports of several CPUs that
are mixed line by line are kept apart. Without that, a second headline ends the report before it.
"""

from __future__ import annotations

__all__ = ["Log", "read"]

import re
from typing import BinaryIO

import msgspec

from lastput.schema.splat import Report, Role
from lastput.splat import body, kinds
from lastput.splat.draft import Draft, finish
from lastput.splat.frames import frame
from lastput.splat.kinds import Kind
from lastput.splat.prefix import PLAIN, clean, has_oddities, split
from lastput.splat.sift import Sifter

_MOST_REPORTS = 200  # different ones; more of a single log are counted only
_QUIET = 40  # lines of nobody's, after which a report is over
_STALE = 400  # lines without a line of its own, after which a report is over
_LONGEST = 6000  # lines of one report
_AFTERGLOW = 60  # lines after a report in which a bare stack is a part of it
_PANIC = 250  # lines after a panic that came of a report
_FOLDED = 28  # characters behind the prefix of a line that a mailer may have folded

_LIVE = re.compile(
    r"(?P<name>[\w-]{1,64}) \d{1,12} \d{1,9} \S{1,400} (?:Live|Loading|Unloading) 0x(?P<base>[0-9a-f]{8,16})"
)
_NEEDLES = (kinds.CUT.encode(), b"Live 0x")
#: Until 4.12 the text of a WARN() follows its headline.
_OLD_WARNING = re.compile(r"WARNING: (?:CPU: \d+ PID: \d+ )?at \S+ \S+\(\)")
_NO_MESSAGE = (
    "CPU: ",
    "Modules linked in",
    "Hardware name",
    "Call Trace",
    "Workqueue: ",
    "RIP: ",
    "Code: ",
    "<",
)


class Log(msgspec.Struct, kw_only=True):
    """What a log holds: ``reports`` by line, ``lines`` of it, ``left_out`` reports beyond the limit,
    ``bases`` of modules from lines of /proc/modules."""

    reports: list[Report]
    lines: int = 0
    left_out: int = 0
    bases: dict[str, int] = {}


class _Lane(msgspec.Struct):
    """What one caller prints: the report that is open, the text since ``cut here``, half a headline.

    ``before`` is the line before, which a mailer may have folded, ``headline`` the last one that was met,
    ``junk`` a prefix that only it told.
    """

    draft: Draft | None = None
    kind: Kind | None = None
    cut: list[str] | None = None
    half: str = ""
    glow: int = 0  # line until which a bare stack belongs to the report that ended
    before: str = ""
    headline: str = ""
    junk: str = ""


def read(stream: BinaryIO, most: int = _MOST_REPORTS) -> Log:
    """All reports of a log, equal ones once with their count. Memory does not grow with the log."""
    reader = _Reader(most)
    sifter = Sifter(stream, (*kinds.needles(), *_NEEDLES), reader.awake)
    for number, some in sifter:
        reader.lines(number, some)
    return reader.end(sifter.lines)


class _Reader:
    def __init__(self, most: int) -> None:
        self.most = most
        self.lanes: dict[str, _Lane] = {}
        self.busy: set[str] = set()  # callers that have something open
        self.found: dict[tuple[object, ...], Report] = {}
        self.counts: dict[tuple[object, ...], int] = {}
        self.left_out = 0
        self.bases: dict[str, int] = {}

    def awake(self) -> bool:
        return bool(self.busy)

    def lines(self, number: int, some: bytes) -> None:
        """A few lines as they stand in the log, the first of them with that number."""
        feed, odd = self.feed, has_oddities(some)
        for at, raw in enumerate(some.split(b"\n"), number):
            plain = None if odd else PLAIN(raw)
            if plain is not None:
                feed(at, "", plain[1].decode("ascii").rstrip(), True)
            else:  # what a logger made one line may be several
                for one in split(raw) if odd else (raw,):
                    feed(at, *clean(one))

    def feed(self, number: int, caller: str, text: str, stamped: bool = False) -> None:
        """One line, cleaned."""
        lane = self.lanes.get(caller)
        if lane is None:
            if len(self.lanes) > 512:
                self._sweep()
            lane = self.lanes.setdefault(caller, _Lane())
        draft = lane.draft
        stacked = draft is not None and draft.traces and not lane.junk and ("+0x" in text or text[:1] == "<")
        if draft is not None and stacked and body.frame_line(draft, text):  # the most of what there is
            draft.last, draft.quiet, lane.before = number, 0, text
            return
        if number & 63 == 0:
            self._stale(number)
        if lane.junk:
            text = _without(lane.junk, text)
        if stamped and text:
            lane.before = ""
        if lane.draft is not None and not lane.half and not kinds.may_open(text):
            self._body(lane, lane.draft, number, text)
        elif not self._head(lane, number, text):
            self._line(lane, number, text)
        if lane.draft is not None or lane.cut is not None or lane.half:
            if caller not in self.busy:
                self.busy.add(caller)
            lane.before = text
        elif caller in self.busy:
            self.busy.discard(caller)
            lane.before = lane.junk = ""

    def _line(self, lane: _Lane, number: int, text: str) -> None:
        if kinds.CUT in text:
            draft = lane.draft
            fresh = draft is not None and lane.kind is not None and not draft.has_stack
            if fresh and lane.kind and lane.kind.absorbs & {"bug", "warning"}:
                return  # the headline came first, the BUG() or WARN() of it follows
            self._close(lane)
            lane.cut = []
        elif lane.cut is not None:
            whole = f"{lane.cut[-1]} {text}" if lane.cut and lane.before == lane.cut[-1] else ""
            if not (whole and kinds.may_be_head(whole) and self._head(lane, number, whole)):
                self._cut_text(lane, text)
        elif lane.draft is not None:
            self._body(lane, lane.draft, number, text)
        elif "Live 0x" in text:
            self._base(text)

    def end(self, lines: int) -> Log:
        for lane in list(self.lanes.values()):
            self._close(lane)
        counted = (msgspec.structs.replace(one, count=self.counts[key]) for key, one in self.found.items())
        reports = sorted(counted, key=lambda report: report.line)
        return Log(reports=reports, lines=lines, left_out=self.left_out, bases=self.bases)

    # --- one line -----------------------------------------------------------------------------

    def _head(self, lane: _Lane, number: int, line: str) -> bool:
        """Whether the line, or the end of the line before with it, opens a report."""
        text = line
        if not lane.half and not kinds.may_be_head(text, lane.draft is not None or lane.cut is not None):
            return False
        found = kinds.find_head(text)
        if found is None and lane.half:
            text = f"{lane.half} {text}"
            found = kinds.find_head(text)
        lane.half = ""
        if found is None:
            if kinds.may_be_half(text):
                lane.half = text[-300:]
            return False
        kind, match = found
        draft = lane.draft
        lane.headline = text
        if kind.bare and (draft is not None or lane.cut is not None or number <= lane.glow):
            if text.startswith("Kernel panic"):
                lane.glow = number + _PANIC
            return False
        facts = match.groupdict()
        if draft is not None and lane.kind is not None and not draft.done:
            if _same(lane.kind, kind, draft, facts, number):
                draft.learn(facts)
                draft.last = number
                if kind is lane.kind and facts.get("at"):
                    draft.facts["at"] = facts["at"]
                return True
            if draft.kind in kind.absorbs and not draft.has_stack:  # the headline came first, its cause now
                draft.kind, lane.kind, draft.message = kind.name, kind, text[:400]
                draft.learn(facts)
                return True
        self._close(lane, keep_cut=True)
        fresh = Draft(kind=kind.name, head=text[:400], line=number, last=number)
        fresh.learn(facts)
        if lane.cut:  # but for a half of the headline
            fresh.message = " ".join(one for one in lane.cut[-2:] if one not in text)[:400]
        lane.cut, lane.draft, lane.kind = None, fresh, kind
        lane.junk = _junk(text[: match.start()])
        if kind.name == "stack":
            fresh.facts.clear()
            fresh.pid, fresh.comm = 0, ""
            body.take(fresh, line)
        return True

    def _cut_text(self, lane: _Lane, text: str) -> None:
        assert lane.cut is not None
        if text and frame(text) is None and not text.startswith(_NO_MESSAGE):
            lane.cut.append(text[:400])
        if len(lane.cut) > 8:
            lane.cut = None

    def _body(self, lane: _Lane, draft: Draft, number: int, text: str) -> None:
        assert lane.kind is not None
        if not text:
            body.take(draft, "")
        elif self._half_headline(lane, draft, text) or (
            _take(lane.kind, draft, text) or self._unfold(lane, draft, text)
        ):
            draft.last = number
            draft.quiet = 0
        else:
            draft.quiet += 1
            if lane.kind.name == "warning" and not draft.has_stack and not draft.modules:
                draft.loose.append(text[:400])
        if draft.done or draft.quiet > _QUIET or number - draft.line > _LONGEST:
            lane.glow = number + _AFTERGLOW
            self._close(lane)

    def _half_headline(self, lane: _Lane, draft: Draft, text: str) -> bool:
        """Whether a symbol is the end of a headline that a mailer folded: it is no frame of a stack."""
        if not lane.before or draft.traces or "+0x" not in text or not lane.headline.endswith(lane.before):
            return False
        found = kinds.find_head(f"{lane.before} {text}")
        if found is not None and found[0] is lane.kind:
            draft.learn(found[1].groupdict())
        return True

    def _unfold(self, lane: _Lane, draft: Draft, text: str) -> bool:
        """Whether the line is the rest of the one before, which a mailer folded."""
        before = lane.before
        kind = lane.kind
        if kind and before and draft.head.endswith(before[:400]) and not draft.has_stack:
            whole = f"{draft.head} {text}"[:400]
            found = kinds.find_head(whole)
            more = found is not None and found[1].end() > len(draft.head) + 1 and not found[0].last
            if found is not None and more and (found[0] is kind or kind.last):
                draft.kind, lane.kind, draft.head = found[0].name, found[0], whole
                for name in set(found[1].groupdict()) & set(draft.facts):
                    del draft.facts[name]  # half of it was read
                draft.learn(found[1].groupdict())
                return True
        folded = len(before) >= _FOLDED or before.endswith(("/", "[", "?", "]"))
        if not before or not folded or lane.kind is None:
            return False
        return any(_take(lane.kind, draft, f"{lane.before}{gap}{text}") for gap in (" ", ""))

    def _base(self, text: str) -> None:
        match = _LIVE.search(text)
        if match is not None and len(self.bases) < 4096:
            self.bases.setdefault(match["name"], int(match["base"], 16))

    # --- reports ------------------------------------------------------------------------------

    def _close(self, lane: _Lane, keep_cut: bool = False) -> None:
        if not keep_cut:
            lane.cut = None
        draft, lane.draft = lane.draft, None
        if draft is None:
            return
        if len(draft.loose) == 1 and not draft.message and _OLD_WARNING.search(draft.head):
            draft.message = draft.loose[0]
        report = _settled(finish(draft))
        if report.kind == "stack" and (not report.stacks or report.facts.get("state", "D") not in "DR"):
            return  # a task that sleeps as it should, or nothing to go by
        key = _key(report)
        if key in self.found:
            self.counts[key] += 1
        elif len(self.found) < self.most:
            self.found[key], self.counts[key] = report, 1
        else:
            self.left_out += 1

    def _stale(self, number: int) -> None:
        for name, lane in self.lanes.items():
            if lane.draft is not None and number - lane.draft.last > _STALE:
                self._close(lane)
                if not lane.half:
                    self.busy.discard(name)

    def _sweep(self) -> None:
        """Forget callers that have nothing open; close the rest if there are too many."""
        self.lanes = {name: lane for name, lane in self.lanes.items() if lane.draft or lane.cut is not None}
        if len(self.lanes) > 256:
            for lane in self.lanes.values():
                self._close(lane)
            self.lanes = {}
        self.busy.intersection_update(self.lanes)


def _same(own: Kind, kind: Kind, draft: Draft, facts: dict[str, str | None], number: int) -> bool:
    """Whether a headline belongs to the report that is open: of a kind that comes with it, or the same one
    again, for the function that was inlined there."""
    if draft.has_stack:
        return False
    if kind.name in own.absorbs:
        return True
    if kind is not own or number - draft.last > 3 or draft.rip is not None:
        return False
    told = {**draft.facts, "pid": str(draft.pid or ""), "comm": draft.comm}
    return all(
        not value or not told.get(name) or told[name] == value
        for name, value in facts.items()
        if name not in ("at", "module", "other", "cpu") and not name.startswith("_")
    )


def _settled(report: Report) -> Report:
    """The report, with the stack that is its own. Where none is the task's, that of the CPU named is."""
    settle = kinds.by_name()[report.kind].settle
    if settle is not None:
        return settle(report)
    if any(one.role is Role.TASK for one in report.stacks):
        return report
    stacks = list(report.stacks)
    own = next(
        (at for at, one in enumerate(stacks) if one.role is Role.OTHER_CPU and one.cpu == report.cpu), -1
    )
    if own < 0:
        return report
    one = stacks[own] = msgspec.structs.replace(stacks[own], role=Role.TASK)
    return msgspec.structs.replace(
        report, stacks=tuple(stacks), pid=report.pid or one.pid, comm=report.comm or one.comm
    )


def _junk(text: str) -> str:
    """What stands before a headline, if it may stand before the other lines, too."""
    return text if len(text) > 3 and any(one.isdigit() for one in text) else ""


def _without(junk: str, text: str) -> str:
    """A line without a prefix of the same shape."""
    start = text[: len(junk)]
    if len(start) == len(junk) and _shape(start) == _shape(junk):
        return text[len(junk) :].strip()
    return text


def _shape(text: str) -> str:
    return "".join("0" if one.isdigit() else one for one in text)


def _take(kind: Kind, draft: Draft, text: str) -> bool:
    if kinds.knows(kind.name, text) and _known(kind, draft, text):
        return True
    return (kind.take is not None and kind.take(draft, text)) or body.take(draft, text)


def _known(kind: Kind, draft: Draft, text: str) -> bool:
    if kind.end is not None and draft.has_stack and kind.end.match(text):
        draft.done = True
        return True
    for pattern in kind.details:
        match = pattern.match(text)
        if match is not None:
            draft.learn(match.groupdict())
            draft.blank = False
            return True
    for pattern, role in kind.stacks:
        match = pattern.match(text)
        if match is not None:
            told = match.groupdict()
            pid = int(told.pop("pid", None) or 0)
            draft.learn(told)
            draft.open_stack(role, pid=pid)
            return True
    return False


def _key(report: Report) -> tuple[object, ...]:
    """What makes two reports the same: kind, place and call trace, not the task, CPU or address."""
    frames = [
        (one.function, one.module) for stack in report.stacks[:3] for one in stack.frames[:12] if one.reliable
    ]
    rip = (report.rip.function, report.rip.module) if report.rip else ()
    facts = tuple([report.facts.get(name) for name in ("at", "place", "what")])
    locks = tuple([lock.name for lock in report.locks[:8]])
    who = () if frames else (report.comm, report.pid)
    return (report.kind, facts, rip, tuple(frames), locks, report.unloaded, who)
