"""One JSON object a line, each a whole ``lastput-finding/1``."""

from __future__ import annotations

__all__ = ["render"]

import msgspec

from lastput.schema.audit import Report
from lastput.schema.finding import SCHEMA, Finding
from lastput.show.findings import Options


def render(report: Report, options: Options) -> str:
    """Fields that have their default are left out, except the schema."""
    return "".join(f"{_object(one)}\n" for one in report.findings)


def _object(one: Finding) -> str:
    return msgspec.json.encode({"schema": SCHEMA, **msgspec.to_builtins(one)}).decode()
