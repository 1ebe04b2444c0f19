"""Read a kernel tree as it lies, report object-lifetime bugs with reasons.

  lastput audit ~/linux                        what is wrong, one line each
  lastput audit ~/linux -v                     with causes, calls and evidence
  lastput audit drivers/bluetooth net/nfc      these parts of the tree around
  lastput audit ~/my-driver --kernel /lib/modules/6.12.9/build
  lastput audit . --since HEAD~3               only what three commits brought
  git show | lastput audit . --patch -         only what this patch brought
  lastput audit . --why drivers/block/loop.c:1118
  lastput audit . --rules WRK --format html > wrk.html
  lastput audit ~/linux --stat                 how many, of which rule, where
  lastput audit . --sort severity              what hurts most first
  lastput audit . --sites module_put           every judged call, with its class
  lastput audit drivers/usb --prove            with verdicts; REFUTED ones leave

Findings go to stdout, the rest to stderr. A finding that is wrong can be told
so in code, with the reason: /* lastput: safe MOD001 -- why */, or in
lastput.toml.
docs/audit.md has the rest. Exit codes: 0 none, 1 findings, 2 no answer.
"""

from __future__ import annotations

import argparse
import pkgutil
from pathlib import Path

from lastput.cli.arguments import count

_ORDERS = ("severity", "path", "rule", "age")

HELP = "audit a kernel tree for object-lifetime bugs"


def _forms() -> tuple[str, ...]:
    """What ``lastput.show.findings.names`` gives, without the import of what it needs."""
    from lastput import show

    found = pkgutil.iter_modules([str(Path(path) / "findings") for path in show.__path__])
    return tuple(sorted(one.name for one in found if not one.name.startswith("_")))


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "where", nargs="*", metavar="DIR|FILE", help="tree, part of one, or its tar archive (default: here)"
    )
    parser.add_argument(
        "--kernel", metavar="DIR|TARBALL", help="headers for a module outside the kernel: tree, or .../build"
    )
    what = parser.add_argument_group("what is asked")
    asked = what.add_mutually_exclusive_group()
    asked.add_argument("--why", metavar="FILE:LINE", help="explain how a place was judged")
    asked.add_argument("--sites", metavar="API", help="list every judged call of API, safe ones too")
    what.add_argument("--rules", action="append", metavar="CODE,...", help="only these rules or families")
    what.add_argument("--ignore", action="append", metavar="CODE,...", help="not these")
    what.add_argument("--confidence", choices=("high", "medium", "low"), help="least sure (default: medium)")
    change = parser.add_argument_group("only what a change brought").add_mutually_exclusive_group()
    change.add_argument("--since", metavar="REV", help="since this revision, as git diff sees it")
    change.add_argument("--patch", metavar="FILE", help="of this patch, which is applied; - is stdin")
    known = parser.add_argument_group("what is known already")
    known.add_argument("--baseline", metavar="FILE", help="only findings that are not in FILE count")
    known.add_argument("--write-baseline", metavar="FILE", help="make these findings known")
    known.add_argument("--config", metavar="FILE", help="instead of lastput.toml in the tree")
    proof = parser.add_argument_group("what is proved")
    proof.add_argument("--prove", action="store_true", help="run each finding over the source, to a verdict")
    proof.add_argument("--refuted", action="store_true", help="with --prove: those that are none, and why")
    output = parser.add_argument_group("what is shown")
    output.add_argument(
        "--sort", choices=_ORDERS, metavar="HOW", help=f"by {', '.join(_ORDERS)} (default: path)"
    )
    shown = output.add_mutually_exclusive_group()
    shown.add_argument(
        "--format", choices=_forms(), metavar="FORM", help=f"default: kernel; one of {', '.join(_forms())}"
    )
    shown.add_argument("-v", "--verbose", action="store_true", help="the same as --format full")
    shown.add_argument("--stat", action="store_true", help="only counts: by rule, directory, maintainer")
    shown.add_argument(
        "--mode", metavar="WORD", help="a coccicheck mode: report, patch, context, org, rep+ctxt, chain"
    )
    parser.add_argument(
        "--fixes", action="store_true", help="with --format sarif or html: patches, each checked"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="findings only")
    parser.add_argument("-j", "--jobs", type=count, metavar="N", help="processes (default: the CPUs)")


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_audit import run as run_audit

    return run_audit(args)
