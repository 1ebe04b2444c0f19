"""References that were taken and never given back, with the stack of the take."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.schema.splat import Role
from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="ref-tracker",
    source="lib/ref_tracker.c: ref_tracker_dir_exit, ref_tracker_free",
    needles=(b"ref_tracker: ",),
    heads=(
        Lazy(r"ref_tracker: (?:\S{1,60} )?(?P<what>leaked) reference"),
        Lazy(r"ref_tracker: (?P<directory>\S{1,80}) has (?P<users>\d{1,9})/(?P<all>\d{1,9}) users at"),
        Lazy(r"ref_tracker: (?P<what>reference already released)"),
    ),
    stacks=(
        (Lazy(r"ref_tracker: (?:allocated in|.{0,80}users at)"), Role.CREATED),
        (Lazy(r"ref_tracker: freed in"), Role.FREED),
    ),
    absorbs=frozenset({"warning"}),
)
