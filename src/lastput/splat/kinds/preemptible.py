"""Per-CPU data used where the task may move to another CPU."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="preemptible",
    source="lib/smp_processor_id.c: check_preemption_disabled",
    needles=(b"BUG: ",),
    heads=(
        Lazy(
            r"BUG: using (?P<what>\w{1,40})\(\) in preemptible \[(?P<preempt>[0-9a-f]{8})\] code: "
            r"(?P<comm>.{1,24})/(?P<pid>\d{1,10})"
        ),
    ),
    details=(Lazy(r"caller is (?P<at>[\w.$]{1,200})"),),
)
