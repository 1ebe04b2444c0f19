"""Call traces: where one begins, whose it is, and where in it an interrupt came."""

from __future__ import annotations

__all__ = ["MARKS", "READERS", "frame_line", "rest"]

import re
from collections.abc import Callable

import msgspec

from lastput.schema.splat import Role
from lastput.splat.draft import Draft
from lastput.splat.frames import called_from, frame, is_module_name, symbol
from lastput.splat.lazy import Lazy

#: Lines around the stack of a task; True opens it.
MARKS = {"<TASK>": True, "</TASK>": False}
#: Marks of x86 between the stacks of one CPU; alone (since 4.14), or before a frame.
_STACK_MARKS = Lazy(
    r"(?:<{1,2}/?(?:IRQ|NMI|SOFTIRQ|HARDIRQ|EOI|EOE|TASK|#DF|#DB|#MC|DOUBLEFAULT|DEBUG|ENTRY_TRAMPOLINE"
    r"|EXCEPTION|UNK)>{1,2}[ \t]{0,8})+"
)
_OPENER = Lazy(r"(?:call trace|stack backtrace|backtrace|trace): ?", re.IGNORECASE)
_PAGE = Lazy(
    r"page last allocated via order.{0,200}?, pid (?P<maker>\d{1,10})\b|page last allocated via order"
    r"|page last free (?:pid (?P<freer>\d{1,10}) .{0,40})?stack trace|page_owner "
    r"(?P<none>\w{1,10} stack trace missing)"
)
_NMI = Lazy(r"NMI backtrace for cpu (?P<cpu>\d{1,5})$|Task dump for CPU (?P<dump>\d{1,5}):?")
#: s390 and lockdep name one function below such a line, which is no call trace.
_ASIDE = Lazy(r"Last Breaking-Event-Address|Preemption disabled at:|(?:preempt|softirq|hardirq)s? last ")
_INTERRUPT = Lazy(r"-{2,3} ?(?:interrupt|Exception): ?(?:[0-9a-f]{2,5})(?: .{0,20}at (?P<at>.{1,200}))?")


def frame_line(draft: Draft, text: str) -> bool:
    """A frame, or marks between frames, or both on one line (x86 until 4.14)."""
    if text[:1] == "<":
        if text in MARKS:
            draft.in_task = MARKS[text]
        marks = _STACK_MARKS.match(text)
        if marks is not None:
            _mark(draft, marks[0])
            text = text[marks.end() :]
            return not text or frame_line(draft, text)
    if "+0x" not in text and text[:2] not in ("? ", "0x", "[<", "([", "[c"):
        return False
    found = frame(text)
    if found is not None:
        draft.add(found)
        return True
    pair = called_from(text) if " from " in text else None
    if pair is None:
        return False
    last = draft.trace.frames[-1] if draft.trace and draft.trace.frames else None
    if last is None or last.function != pair[0].function:
        draft.add(pair[0])
    draft.add(pair[1])
    return True


def _mark(draft: Draft, marks: str) -> None:
    if "</TASK>" in marks and "<TASK>" not in marks.replace("</TASK>", ""):
        draft.in_trace = False
    else:
        draft.cut()


def rest(draft: Draft, text: str) -> bool:
    """Frames that only their place tells (decode_stacktrace.sh), and the module of a wrapped one."""
    trace = draft.trace
    if trace is None:
        return False
    if text[:1] == "[" and trace.frames:
        module = is_module_name(text)
        if module and not trace.frames[-1].module:  # a mail client wrapped the line before it
            trace.frames[-1] = msgspec.structs.replace(trace.frames[-1], module=module)
            return True
    if ":" in text and ("." in text or "??" in text):
        found = frame(text)
        if found is not None:
            draft.add(found)
            return True
    return False


def _call_trace(draft: Draft, text: str) -> bool:
    match = _OPENER.match(text)
    if match is None:
        return False
    before = draft.trace
    open_ = before is not None and not before.frames
    again = not open_ and any(one.role is Role.TASK and one.frames for one in draft.traces)
    draft.open_stack(Role.AFTERWARDS if again else Role.TASK)
    behind = text[match.end() :].strip()
    if behind:
        frame_line(draft, behind)
    return True


def _page_owner(draft: Draft, text: str) -> bool:
    match = _PAGE.match(text)
    if match is None:
        return False
    if match["none"]:
        return True
    freed = text.startswith("page last free")
    pid = int(match["freer"] or match["maker"] or 0)
    draft.open_stack(Role.PAGE_FREED if freed else Role.PAGE_ALLOCATED, pid=pid)
    return True


def _other(draft: Draft, text: str) -> bool:
    match = _NMI.search(text)
    if match is None:
        if text.startswith("Sending NMI from CPU"):
            draft.in_trace = False
            return True
        return "skipped: idling" in text
    draft.open_stack(Role.OTHER_CPU, cpu=int(match["cpu"] or match["dump"]))
    return True


def _aside(draft: Draft, text: str) -> bool:
    match = _ASIDE.match(text)
    if match is None:
        return False
    if match[0].endswith("last "):
        return True
    if text.startswith("Preemption disabled at:"):
        found = symbol(re.sub(r"^(?:\[<[0-9a-f]+>\] ?)+", "", text[23:].strip()))
        if found is not None and found.function:
            draft.facts.setdefault("disabled_at", found.function)
            return True
    draft.open_stack(Role.AFTERWARDS, "preemption disabled" if text[0] == "P" else "")
    return True


def _interrupt(draft: Draft, text: str) -> bool:
    """PowerPC: registers in the middle of a stack."""
    match = _INTERRUPT.match(text)
    if match is None:
        return False
    draft.cut()
    found = symbol(match["at"]) if match["at"] else None
    if found is not None and found.function and draft.trace is not None:
        draft.add(found)
    return True


def _panic(draft: Draft, text: str) -> bool:
    if not text.startswith("Kernel panic - not syncing"):
        return False
    draft.facts.setdefault("panic", text[28:228].strip())
    if draft.has_stack:
        draft.open_stack(Role.AFTERWARDS)
    return True


def _end(draft: Draft, text: str) -> bool:
    draft.done = text.startswith("---[ end")
    draft.in_task = draft.in_task and not draft.done
    draft.in_trace = draft.in_trace and not draft.done
    return draft.done


READERS: tuple[tuple[str, Callable[[Draft, str], bool]], ...] = (
    ("race:", _call_trace),
    ("page last ", _page_owner),
    ("page_owner ", _page_owner),
    ("NMI", _other),
    ("Task dump for CPU", _other),
    ("Last Breaking", _aside),
    ("Preemption disabled", _aside),
    (" last ", _aside),
    ("nterrupt", _interrupt),
    ("Exception: ", _interrupt),
    ("Kernel panic", _panic),
    ("---[ end", _end),
)
