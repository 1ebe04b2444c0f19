"""``lastput cache``: what is kept on the disk."""

from __future__ import annotations

__all__ = ["run"]

import argparse
import time

from lastput.replay import cache

#: What is in the folders of the cache; a file beside them is the fact base of a tree.
_SAYS = {
    "": "fact bases of kernel trees (audit)",
    "drivers": "drivers of lastput, built for a kernel (replay)",
    "facts": "symbols and types of kernel images (replay)",
    "guest": "the program that runs in the guest (replay)",
    "kernels": "unpacked kernels (replay)",
    "packages": "kernel packages that were downloaded (replay)",
    "snapshots": "saved guests (replay)",
    "tests": "compiled litmus tests (check)",
    "trees": "parts of kernel trees (check)",
}


def run(args: argparse.Namespace) -> int:
    """List the cache, or remove what ``args`` wants to be gone."""
    if args.clear or args.shrink is not None:
        gone = cache.entries() if args.clear else cache.shrink(args.shrink)
        for one in gone if args.clear else ():
            cache.remove(one)
        print(f"{_mebibytes(gone)} removed from {cache.base()}")
        return 0
    there = cache.entries()
    print(f"{cache.base()}: {_mebibytes(there)}")
    for kind in sorted({one.kind for one in there}):
        those = [one for one in there if one.kind == kind]
        days = int((time.time() - max(one.used for one in those)) // 86400)
        when = "today" if days < 1 else f"{days} day{'s' if days > 1 else ''} ago"
        print(f"  {_mebibytes(those):>9}  {_SAYS.get(kind, kind)}: {len(those)}, last used {when}")
    return 0


def _mebibytes(those: list[cache.Entry] | tuple[cache.Entry, ...]) -> str:
    return f"{sum(one.size for one in those) / (1 << 20):,.0f} MiB"
