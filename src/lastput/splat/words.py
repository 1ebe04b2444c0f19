"""The life of an object in words: what it is, who made it, freed it, queued it."""

from __future__ import annotations

__all__ = ["Life", "Queued", "thing"]

import re
from functools import cached_property

import msgspec

from lastput.schema.splat import Frame, Role
from lastput.splat.kernel import base_name, is_put
from lastput.splat.machinery import MACHINERY
from lastput.splat.view import View, about, call

_QUEUES = re.compile(
    r"(?:__)?(?:insert_work|(?:mod_|try_|re)?queue_(?:delayed_|rcu_)?work\w*|schedule_(?:delayed_)?work\w*|task_work_add"
    r"|(?:k?v?k?free_)?call_s?rcu\w*|call_rcu_common|\w*queue_delayed_work\w*)$"
)
_WORK = re.compile(r"_*(?:insert_work|queue_|mod_delayed|schedule_)")
_BATCH = ("rcu_do_batch", "rcu_core", "rcu_core_si", "rcu_process_callbacks", "__rcu_process_callbacks",
          "kfree_rcu_work", "kvfree_rcu_bulk", "rcu_reclaim_tiny", "srcu_invoke_callbacks")  # fmt: skip


_WORKQUEUES = ("alloc_workqueue", "__alloc_workqueue", "__alloc_workqueue_key", "alloc_workqueue_noprof")


class Queued(msgspec.Struct, frozen=True):
    """Who gave the object to a workqueue, to RCU or to a task's work: ``to``, and the caller."""

    to: str
    by: Frame


def thing(view: View) -> str:
    """The object: by its type, its cache or its size."""
    facts = view.report.facts
    maker = about(view.of(Role.ALLOCATED))
    if maker is not None and base_name(maker.function) in _WORKQUEUES:
        return "a workqueue"
    if "type" in facts:
        return f"a struct {facts['type']}"
    cache = facts.get("cache", "")
    if cache and not cache.startswith(("kmalloc", "dma-kmalloc", "size-")):
        return f"an object of {cache}"
    size = facts.get("object_size", "")
    return f"an object of {size} bytes" if size else "an object"


class Life:
    """What the stacks of allocation, free and queueing tell."""

    def __init__(self, view: View) -> None:
        self._view = view

    @cached_property
    def freer(self) -> Frame | None:
        """Who freed it; RCU itself only if nothing else is known."""
        frames = self._view.of(Role.FREED)
        own = about([one for one in frames if base_name(one.function) not in _BATCH])
        return None if own and self.deferred and not self._inside(frames, own) else own

    def _inside(self, frames: tuple[Frame, ...], own: Frame) -> bool:
        """Whether it was called by RCU, and is not what RCU runs in."""
        names = [base_name(one.function) for one in frames]
        batch = next(at for at, name in enumerate(names) if name in _BATCH)
        return frames.index(own) < batch

    @property
    def freer_name(self) -> str:
        """``foo_free()``, or that it went through RCU."""
        if self.freer is not None:
            return call(self.freer.function)
        if not self.deferred:
            return ""
        queued = self.queue()
        return f"RCU, for {call(queued.by.function)}" if queued and "RCU" in queued.to else "RCU"

    @cached_property
    def maker(self) -> Frame | None:
        """Who allocated it."""
        return about(self._view.of(Role.ALLOCATED))

    @property
    def deferred(self) -> bool:
        """Whether the free came after a grace period."""
        stack = self._view.stack(Role.FREED)
        return stack is not None and any(base_name(one.function) in _BATCH for one in stack.frames)

    @property
    def same_task(self) -> bool:
        """Whether the task that met it freed it itself."""
        stack, report = self._view.stack(Role.FREED), self._view.report
        return stack is not None and stack.pid == report.pid and report.pid > 0

    def queue(self) -> Queued | None:
        """KASAN remembers who queued a work item or an RCU callback in the object last."""
        frames = self._view.of(Role.QUEUED)
        names = [base_name(one.function) for one in frames]
        inside = [at for at, name in enumerate(names) if _QUEUES.match(name)]
        if not inside:
            return None
        at = max(inside) + 1
        if at >= len(frames):
            return None
        inner = names[inside[0]]
        to = (
            "a work item"
            if _WORK.match(inner)
            else "task work"
            if inner == "task_work_add"
            else "an RCU callback"
        )
        return Queued(to, frames[at])

    # --- sentences; "" for what is not known --------------------------------------------------

    def made(self) -> str:
        """Who allocated the object."""
        stack = self._view.stack(Role.ALLOCATED)
        if self.maker is None:
            return ""
        task = f" (task {stack.pid})" if stack and stack.pid else ""
        return f"{call(self.maker.function)} allocated {thing(self._view)}{task}"

    def freed(self) -> str:
        """Who freed the object, through which put, and when."""
        stack = self._view.stack(Role.FREED)
        if stack is None or not self.freer_name:
            return ""
        if self.freer is None:
            return (
                f"{self.freer_name.replace('RCU, for', 'RCU freed it after a grace period, for')}"
                if ("," in self.freer_name)
                else "RCU freed it after a grace period"
            )
        same = ", the same task" if self.same_task else ""
        task = f" (task {stack.pid}{same})" if stack.pid and not self.deferred else ""
        put = next(
            (
                one
                for one in self._view.of(Role.FREED)
                if is_put(one.function) and base_name(one.function) not in MACHINERY
            ),
            None,
        )
        out = (
            f", out of {call(put.function)}"
            if put and put.function != getattr(self.freer, "function", "")
            else ""
        )
        return f"{self.freer_name} freed it{task}{out}" + (
            ", after an RCU grace period" if self.deferred else ""
        )

    def queued(self) -> str:
        """Who queued what with the object."""
        found = self.queue()
        return f"{call(found.by.function)} had queued {found.to} that lies in it" if found else ""
