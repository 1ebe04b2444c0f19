"""As coccicheck's mode patch: unified diffs for what can be mended, checked, one after the other."""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.audit import Report
from lastput.show.findings import Options


def render(report: Report, options: Options) -> str:
    """The patches of the report; a finding without one is left out."""
    return "".join(one.diff.encode("utf-8", "replace").decode() for one in report.patches)
