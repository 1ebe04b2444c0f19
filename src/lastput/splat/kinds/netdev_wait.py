"""A network device that cannot go: somebody has a reference."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.schema.splat import Role
from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="netdev-wait",
    source="net/core/dev.c: netdev_wait_allrefs_any",
    needles=(b"unregister_netdevice: ",),
    heads=(
        Lazy(
            r"unregister_netdevice: waiting for (?P<device>\S{1,40}) to become free\. Usage count = "
            r"(?P<count>-?\d{1,10})"
        ),
    ),
    stacks=((Lazy(r"ref_tracker: .{0,80}has \d{1,9}/\d{1,9} users at"), Role.CREATED),),
    details=(Lazy(r"ref_tracker: "),),
)
