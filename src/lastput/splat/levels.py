"""A stack cut into contexts: an interrupt has its frames on top of those of the task that it interrupted.

A report that is met in an interrupt prints both. The task has nothing to do with it, whatever it did.
"""

from __future__ import annotations

__all__ = ["levels"]

from collections.abc import Sequence
from itertools import pairwise

from lastput.schema.splat import Frame, Stack
from lastput.splat.kernel import base_name
from lastput.splat.machinery import ENTRY, SOFTIRQ, SOFTIRQ_CALLERS

_OWN = ("run_ksoftirqd", "smpboot_thread_fn", "ksoftirqd", "kthread")


def levels(stack: Stack) -> list[tuple[Frame, ...]]:
    """The contexts of a stack, the innermost first; frames that the unwinder doubts are left out, unless
    there are no others."""
    sure = any(one.reliable and one.function for one in stack.frames)
    kept = [(at, one) for at, one in enumerate(stack.frames) if one.reliable or not sure]
    names = [base_name(one.function) for _, one in kept]
    cuts = {next((new for new, (old, _) in enumerate(kept) if old >= cut), len(kept)) for cut in stack.cuts}
    cuts |= _by_name(names)
    bounds = [0, *sorted(cut for cut in cuts if 0 < cut < len(kept)), len(kept)]
    frames = [one for _, one in kept]
    return [tuple(frames[low:high]) for low, high in pairwise(bounds) if low < high]


def _by_name(names: Sequence[str]) -> set[int]:
    """Behind entry code, and behind softirqs that ran on the way out of something else."""
    cuts = set()
    for at, name in enumerate(names):
        if name in ENTRY:
            cuts.add(at + 1)
            cuts.discard(at)
        elif name in SOFTIRQ:
            end = at + 1
            while end < len(names) and names[end] in SOFTIRQ_CALLERS:
                end += 1
            if end < len(names) and names[end] not in _OWN and end > at + 1:
                cuts.add(end)
    return cuts
