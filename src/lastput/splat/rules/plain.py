"""Reports that say themselves what is wrong: their own words, where it was, and what would tell more."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from collections.abc import Callable

from lastput.schema.splat import Certainty, Diagnosis, Role
from lastput.splat.kernel import base_name
from lastput.splat.machinery import HELPERS, MACHINERY
from lastput.splat.rules import rule
from lastput.splat.view import View, about, call

WEIGHT = 45


def judge(view: View) -> Diagnosis | None:
    told = _TELLS.get(view.report.kind)
    return told(view) if told else None


def _where(view: View) -> str:
    """The function that the headline names, or that the stack shows."""
    at = base_name(view.report.facts.get("at", ""))
    who = view.blame()
    if at and at not in MACHINERY and at not in HELPERS:
        return call(at)
    return call(who.function) if who else call(at) if at else view.who


def _kmsan(view: View) -> Diagnosis:
    facts = view.report.facts
    made = about(view.of(Role.CREATED))
    stack = facts.get("variable", "")
    origin = f"the local variable {stack} of {call(made.function)}" if stack and made else (
        f"memory that {call(made.function)} allocated" if made else "")  # fmt: skip
    return rule(
        "plain", view,
        f"{_where(view)} uses a value that nobody wrote ({facts.get('what', 'uninit-value')})"
        + (f": of {origin}" if origin else ""),
        certainty=Certainty.CERTAIN,
        causes=(f"the value comes from {origin}, not initialised" if origin else "",
                f"bytes {facts['bytes']} of {facts['of']} were never written" if "of" in facts else ""),
        unknown=("" if origin else "where the memory comes from: the log has no stack of that",),
        instead="initialise it where it is made, or test that all of it was filled before it is used",
    )  # fmt: skip


def _kcsan(view: View) -> Diagnosis:
    facts = view.report.facts
    other = facts.get("other") or getattr(about(view.of(Role.RACING)), "function", "")
    pair = f"{_where(view)} and {call(other)}" if other else _where(view)
    first, second = facts.get("access", "access"), facts.get("other_access", "")
    return rule(
        "plain", view,
        f"{pair} use the same memory at the same time, and nothing orders the two accesses"
        if other else f"{pair} uses memory that is written at the same time by code that the log does not"
                      " name",
        certainty=Certainty.CERTAIN,
        causes=(f"{first} of {facts.get('bytes', '?')} bytes in {_where(view)}",
                f"{second} in {call(other)}" if other and second else ""),
        unknown=("whether it matters: KCSAN sees plain accesses that race, not what follows from it",),
        instead="a lock around both, or READ_ONCE() and WRITE_ONCE() if any value will do",
    )  # fmt: skip


def _ubsan(view: View) -> Diagnosis:
    facts, report = view.report.facts, view.report
    what = facts.get("what", "").replace("-", " ") or "undefined behaviour"
    place = facts.get("place", "")
    who = view.blame()
    where = call(who.function) if who else place or view.who
    return rule(
        "plain", view,
        f"{where}: {what}" + (f" at {place}" if place and where != place else "")
        + (f": {report.message}" if report.message else ""),
        certainty=Certainty.CERTAIN,
        unknown=("where the value comes from: a matter of sizes and input rather than of lifetimes",),
    )  # fmt: skip


def _netdev(view: View) -> Diagnosis:
    facts = view.report.facts
    device, count = facts.get("device", "a device"), facts.get("count", "?")
    holder = about(view.of(Role.CREATED))
    return rule(
        "plain", view,
        f"the network device {device} cannot go: {count} reference{'s are' if count != '1' else ' is'} left"
        + (f", one of them taken in {call(holder.function)}" if holder else ""),
        error="leak", certainty=Certainty.CERTAIN if view.report.count > 1 else Certainty.LIKELY,
        causes=("unregister_netdevice() waits until all references are put",),
        unknown=(
            "" if holder else "who has them: CONFIG_NET_DEV_REFCNT_TRACKER prints the stacks of those who"
                              " took them",
            "" if view.report.count > 1 else "whether it ends: the message comes every 10 seconds for as"
                                             " long as it"
            " waits",
        ),
        instead="each dev_hold() or netdev_hold() has its put on every way out, and before the device goes",
        terms=("unregister_netdevice_many", "dev_put"), audit=("REF001",), context="",
    )  # fmt: skip


def _ref_tracker(view: View) -> Diagnosis:
    holder = about(view.of(Role.CREATED)) or view.blame()
    where = call(holder.function) if holder else "an unknown function"
    what = view.report.facts.get("what", "")
    if what.startswith("reference already"):
        return rule(
            "plain", view, f"{_where(view)} gave back a reference that was given back before",
            error="refcount-underflow", certainty=Certainty.CERTAIN, terms=("kref_put",), context="",
        )  # fmt: skip
    return rule(
        "plain", view, f"a reference that {where} took was never given back", error="leak",
        certainty=Certainty.CERTAIN if what == "leaked" else Certainty.LIKELY,
        unknown=("which path forgot it: look at the ways out after it",), terms=("kref_put",),
        audit=("REF001",), context="",
    )  # fmt: skip


def _inodes(view: View) -> Diagnosis:
    facts = view.report.facts
    of = (
        " ".join(one for one in (facts.get("filesystem", ""), facts.get("device", "")) if one)
        or "a file system"
    )
    return rule(
        "plain", view, f"{of} was unmounted while inodes of it were in use: a reference to an inode was not"
                       " put",
        error="leak", also=("use-after-free",), certainty=Certainty.CERTAIN,
        causes=("generic_shutdown_super() found inodes that evict_inodes() could not free",
                "whoever has them will use a super block that is freed"),
        unknown=("who has them: a missing iput(), or work that runs after the unmount and was not waited"
                 " for",),
        instead="each igrab() or iget() has its iput(); flush the work items that hold inodes in ->kill_sb()",
        terms=("iput", "kill_sb"), audit=("REF001",), context="",
    )  # fmt: skip


def _duplicate(view: View) -> Diagnosis:
    name = view.report.facts.get("name", "an entry")
    who = about([one for one in view.frames if not base_name(one.function).startswith(_SYSFS)])
    by = f" by {call(who.function)}" if who else ""
    return rule(
        "plain", view, f"{name} was to be created{by} while there is one of that name",
        error="warn", certainty=Certainty.CERTAIN,
        unknown=("whether the old one should be gone (a teardown that is late, or forgot it) or the name"
                 " should"
                 " differ",),
        terms=("sysfs_create_dir_ns", "kobject_add", "device_add"), context="",
    )  # fmt: skip


_SYSFS = ("sysfs_", "kobject_", "kernfs_", "create_dir", "device_add", "device_register", "internal_create",
          "driver_"
          "register", "bus_add", "class_", "proc_", "debugfs_", "device_create", "__class")  # fmt: skip


def _kobject(view: View) -> Diagnosis:
    name, what = view.report.facts.get("name", ""), view.report.facts.get("what", "")
    quoted = f"'{name}'" if name else "a kobject"
    if what.startswith("does not"):
        return rule(
            "plain", view, f"{quoted} has no release() function: nobody frees it when its last reference is"
                           " put",
            error="warn", certainty=Certainty.CERTAIN,
            causes=("the last reference was put", "what the object lies in is freed by other means, if at"
                                                  " all, while"
                    " others may still have references"),
            instead="free the object in its release(), and nowhere else",
            terms=("kobject_put", "device_release", "put_device"), context="",
        )  # fmt: skip
    return rule(
        "plain", view, f"{quoted} {what}", error="warn", also=("use-aft"
                                                               "er-free",), certainty=Certainty.CERTAIN,
        unknown=("whether it was never set up,"
                 " or is freed and cleared already",), terms=("kobject_put",), context="",
    )  # fmt: skip


def _spinlock(view: View) -> Diagnosis:
    what = view.report.facts.get("what", "")
    lock = view.report.facts.get("lock", "a lock")
    user = view.user
    where = call(user.function) if user else view.who
    words, error, unknown = {
        "bad magic": ("takes or releases {lock}, which is no initialised lock", "lock-misuse",
                      "whether it was never initialised, or lies in memory that was freed or overwritten:"
                      " KASAN would"
                      " tell"),
        "recursion": ("takes {lock}, which this CPU holds already", "deadlock", ""),
        "cpu recursion": ("takes {lock}, which this CPU holds already", "deadlock", ""),
        "lockup": ("spins for {lock}, which does not come free", "deadlock",
                   "who holds it: SysRq-l prints all CPUs, lockdep the held locks"),
        "lockup suspected": ("spins for {lock}, which does not come free", "deadlock",
                             "who holds it: SysRq-l prints all CPUs, lockdep the held locks"),
        "already unlocked": ("releases {lock}, which nobody holds", "lock-misuse", ""),
        "wrong owner": ("releases {lock}, which another task took", "lock-misuse", ""),
        "wrong CPU": ("releases {lock}, which another CPU took", "lock-misuse", ""),
    }.get(what, (f"{{lock}}: {what}", "lock-misuse", ""))  # fmt: skip
    return rule(
        "plain", view, f"{where} {words.format(lock=lock)}", error=error,
        certainty=Certainty.UNKNOWN if what.startswith("lockup") else Certainty.CERTAIN,
        unknown=(unknown,), terms=("spin_lock", "spin_unlock"), context="",
    )  # fmt: skip


def _page(view: View) -> Diagnosis:
    what, reason = view.report.facts.get("what", "a bad page"), view.report.facts.get("reason", "")
    who = view.blame()
    return rule(
        "plain", view,
        f"{what}: {reason}" if reason else f"{what}: the memory management found state that cannot be"
        + (f", in {call(who.function)}" if who else ""),
        certainty=Certainty.UNKNOWN,
        unknown=("who left the page like this: CONFIG_PAGE_OWNER with page_owner=on names who had it last,"
                 " CONFIG_PAGE_POISONING tells of writes after the free",),
    )  # fmt: skip


def _usercopy(view: View) -> Diagnosis:
    facts = view.report.facts
    who = view.blame()
    where = call(who.function) if who else view.who
    return rule(
        "plain", view,
        f"{where} copies beyond what may go to or from user space: {facts.get('what', 'a copy')} of"
        f" {facts.get('object', 'kernel memory')}"
        + (f", {facts['bytes']} bytes at offset {facts['offset']}" if "bytes" in facts else ""),
        certainty=Certainty.CERTAIN,
        unknown=("where the size or the pointer comes from: sizes rather than lifetimes, unless the object"
                 " was freed"
                 " meanwhile",),
    )  # fmt: skip


def _preemptible(view: View) -> Diagnosis:
    at = view.report.facts.get("at", "")
    user = view.blame()
    where = call(at) if at and base_name(at) not in MACHINERY else call(user.function) if user else view.who
    return rule(
        "plain", view,
        f"{where} uses {view.report.facts.get('what', 'smp_processor_id')}() where it may be moved to"
        " another CPU",
        error="warn", certainty=Certainty.CERTAIN,
        instead="get_cpu() and put_cpu(), this_cpu operations,"
                " or raw_smp_processor_id() if any CPU will do", context="",
    )  # fmt: skip


def _overrun(view: View) -> Diagnosis:
    what = view.report.facts.get("what", "the stack was overwritten")
    at = view.report.facts.get("at", "")
    who = view.blame()
    where = call(at) if at and not at[0].isdigit() else call(who.function) if who else view.who
    return rule(
        "plain", view, f"{what.lower()}: met"
                       f" in {where}, {view.who}" if view.task else f"{what.lower()}: met in {where}",
        certainty=Certainty.UNKNOWN,
        unknown=("who wrote there: a stack too deep, or an array on it that was overrun; CONFIG_VMAP_STACK"
                 " and KASAN"
                 " tell at once",),
    )  # fmt: skip


def _panic(view: View) -> Diagnosis:
    what = view.report.facts.get("what", "")
    who = view.blame()
    return rule(
        "plain", view, f"the kernel stopped: {what}" + (f" (in {call(who.function)})" if who else ""),
        certainty=Certainty.UNKNOWN,
        unknown=("what came before: a panic is the end of a report, whose first lines are missing here",),
    )  # fmt: skip


_TELLS: dict[str, Callable[[View], Diagnosis]] = {
    "kmsan": _kmsan, "kcsan": _kcsan, "ubsan": _ubsan, "netdev-wait": _netdev, "ref-tracker": _ref_tracker,
    "busy-inodes": _inodes, "sysfs-duplicate": _duplicate, "kobject-release": _kobject, "spinlock": _spinlock,
    "bad-page": _page, "usercopy": _usercopy, "preemptible": _preemptible, "stack-corruption": _overrun,
    "panic": _panic,
}  # fmt: skip
