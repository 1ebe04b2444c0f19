"""Names of members and bits that a function writes, read from its text."""

from __future__ import annotations

__all__ = ["WRITTEN"]

import re

#: Two groups, of which one matches: a member that is assigned, or what a bit or atomic operation changes.
WRITTEN = re.compile(
    r"(?:->|\.)(\w+)\s*(?:\|=|&=|=)(?!=)"
    r"|\b(?:set_bit|clear_bit|test_and_set_bit|test_and_clear_bit|atomic_set|WRITE_ONCE|smp_store_release)"
    r"\s*\(\s*&?(?:\w+(?:->|\.))*(\w+)"
)
