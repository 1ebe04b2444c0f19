"""KFENCE: the sampled sister of KASAN."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.schema.splat import Role
from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="kfence",
    source="mm/kfence/report.c: kfence_report_error",
    needles=(b"BUG: ",),
    heads=(
        Lazy(
            r"BUG: KFENCE: (?P<what>use-after-free|out-of-bounds|memory corruption|invalid(?: free)?)"
            r"(?: (?P<access>read|write))? in (?P<at>[\w.$]{1,200})"
        ),
    ),
    details=(
        Lazy(
            r"kfence-#\d{1,6}: (?:0x[0-9a-f]{1,16}|\S{1,20})-(?:0x[0-9a-f]{1,16}|\S{1,20}), size="
            r"(?P<object_size>\d{1,8}),"
            r" cache=(?P<cache>\S{1,80})"
        ),
        Lazy(
            r"(?:Use-after-free|Out-of-bounds|Invalid free|Corrupted memory|Invalid)\b.{0,30}"
            r" 0x(?P<address>[0-9a-f]{8,16})"
        ),
    ),
    stacks=(
        (Lazy(r"allocated by task (?P<pid>\d{1,10})"), Role.ALLOCATED),
        (Lazy(r"(?:rcu_)?free(?:d|ing) by task (?P<pid>\d{1,10})"), Role.FREED),
        (Lazy(r"(?:Use-after-free|Out-of-bounds|Invalid|Corrupted memory)\b"), Role.TASK),
    ),
    end=Lazy(r"={60,80}$"),
)
