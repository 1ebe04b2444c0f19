"""References that were taken and never given back, with the stack of the take."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.schema.splat import Role
from lastput.splat.kinds import Kind

KIND = Kind(
    name="ref-tracker",
    source="lib/ref_tracker.c: ref_tracker_dir_exit, ref_tracker_free",
    needles=(b"ref_tracker: ",),
    heads=(
        re.compile(r"ref_tracker: (?:\S{1,60} )?(?P<what>leaked) reference"),
        re.compile(r"ref_tracker: (?P<directory>\S{1,80}) has (?P<users>\d{1,9})/(?P<all>\d{1,9}) users at"),
        re.compile(r"ref_tracker: (?P<what>reference already released)"),
    ),
    stacks=(
        (re.compile(r"ref_tracker: (?:allocated in|.{0,80}users at)"), Role.CREATED),
        (re.compile(r"ref_tracker: freed in"), Role.FREED),
    ),
    absorbs=frozenset({"warning"}),
)
