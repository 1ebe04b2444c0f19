"""What runs later: how each kind of item is set up and armed, in the kernel's own words."""

from __future__ import annotations

__all__ = ["ITEMS", "Item", "item_of"]

import msgspec

from lastput.prove.arguments import object_of
from lastput.prove.case import member_of, struct_of
from lastput.schema.claim import Claim

#: Per kind: the statement that sets it up, and the one that arms it. {0} is the item, {1} its callback.
ITEMS: dict[str, tuple[str, str]] = {
    "work": ("INIT_WORK(&{0}, {1});", "schedule_work(&{0});"),
    "delayed_work": ("INIT_DELAYED_WORK(&{0}, {1});", "schedule_delayed_work(&{0}, 0);"),
    "timer": ("timer_setup(&{0}, {1}, 0);", "mod_timer(&{0}, jiffies);"),
    "hrtimer": ("hrtimer_setup(&{0}, {1}, 0, 0);", "hrtimer_start(&{0}, 0, 0);"),
    "tasklet": ("tasklet_setup(&{0}, {1});", "tasklet_schedule(&{0});"),
}


class Item(msgspec.Struct, frozen=True):
    """An item that is a member of ``struct tag``, or a variable if ``tag`` is "". ``place`` is it in litmus
    C."""

    kind: str
    tag: str
    place: str
    callback: str

    @property
    def set_up(self) -> str:
        return ITEMS[self.kind][0].format(self.place, self.callback)

    @property
    def armed(self) -> str:
        return ITEMS[self.kind][1].format(self.place)


def item_of(claim: Claim) -> Item | None:
    """The item of a claim: its callback's site says which function and, in ``detail``, of which kind. None
    where nobody knows how to arm it."""
    callback = next((site for site in claim.sites if site.role == "callback"), None)
    if callback is None or callback.detail not in ITEMS:
        return None
    printed = callback.object or claim.object
    tag, member = struct_of(printed), member_of(printed)
    place = f"{object_of(tag)}->{member}" if tag and member else printed
    return Item(callback.detail, tag, place, callback.function or callback.text)
