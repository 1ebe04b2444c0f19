"""KFENCE: the sampled sister of KASAN."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.schema.splat import Role
from lastput.splat.kinds import Kind

KIND = Kind(
    name="kfence",
    source="mm/kfence/report.c: kfence_report_error",
    needles=(b"BUG: KFENCE: ",),
    heads=(
        re.compile(
            r"BUG: KFENCE: (?P<what>use-after-free|out-of-bounds|memory corruption|invalid(?: free)?)"
            r"(?: (?P<access>read|write))? in (?P<at>[\w.$]{1,200})"
        ),
    ),
    details=(
        re.compile(
            r"kfence-#\d{1,6}: (?:0x[0-9a-f]{1,16}|\S{1,20})-(?:0x[0-9a-f]{1,16}|\S{1,20}), size="
            r"(?P<object_size>\d{1,8}),"
            r" cache=(?P<cache>\S{1,80})"
        ),
        re.compile(
            r"(?:Use-after-free|Out-of-bounds|Invalid free|Corrupted memory|Invalid)\b.{0,30}"
            r" 0x(?P<address>[0-9a-f]{8,16})"
        ),
    ),
    stacks=(
        (re.compile(r"allocated by task (?P<pid>\d{1,10})"), Role.ALLOCATED),
        (re.compile(r"(?:rcu_)?free(?:d|ing) by task (?P<pid>\d{1,10})"), Role.FREED),
        (re.compile(r"(?:Use-after-free|Out-of-bounds|Invalid|Corrupted memory)\b"), Role.TASK),
    ),
    end=re.compile(r"={60,80}$"),
)
