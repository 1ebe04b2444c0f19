"""Explain a kernel log: which task waited for what, whose text was gone.

  dmesg | lastput explain -
  lastput explain console.log --tree /usr/src/linux
  lastput explain oops.txt --symbols kallsyms.before --format json

The log may have timestamps, prefixes of syslog or journalctl, callers, colours
and quotes of mail. Exit code 1 if it has a report, 0 if it has none.
"""

from __future__ import annotations

import argparse

from lastput.cli.arguments import count, module_base

HELP = "explain the reports of a kernel log (dmesg, console, mail)"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", nargs="?", default="-", help="the log; - is standard input")
    parser.add_argument("--tree", metavar="DIR", help="kernel tree, or linux-source tarball: show source")
    parser.add_argument(
        "--symbols",
        metavar="MAP",
        action="append",
        default=[],
        help="System.map, or a copy of /proc/kallsyms",
    )
    parser.add_argument(
        "--vmlinux",
        metavar="ELF",
        action="append",
        default=[],
        help="vmlinux, or a module's .ko with its base",
    )
    parser.add_argument(
        "--module-base", metavar="NAME=ADDRESS", type=module_base, action="append", default=[],
        help="where the text of a module was",
    )  # fmt: skip
    parser.add_argument("--format", choices=("text", "json"), default="text", help="json: lastput-explain/1")
    parser.add_argument("--width", type=count, default=80, metavar="N", help="columns")
    parser.add_argument(
        "--max-reports", type=count, default=200, metavar="N", help="different reports of a log"
    )


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_explain import run as run_explain

    return run_explain(args)
