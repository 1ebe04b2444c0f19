"""Print a rule's page: what it finds, why that breaks, the way out, its limits.

  lastput rule
  lastput rule MOD001

A RULE is a code (MOD001), a name or a family (MOD). Without one the rules are
listed.
"""

from __future__ import annotations

import argparse

HELP = "explain a rule of the audit, or list all"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", nargs="?", metavar="RULE", help="code, name or family")


def run(args: argparse.Namespace) -> int:
    from lastput.audit.registry import all_rules, find
    from lastput.audit.rule import FAMILIES

    if args.rule:
        pages = [f"{one.code} {one.name}\n\n{one.page.text()}" for one in find(args.rule)]
        print("\n\n".join(pages), end="")
        return 0
    for family, about in FAMILIES.items():
        rules = [one for one in all_rules() if one.family == family]
        if rules:
            print(f"{family}  {about}")
        for one in rules:
            print(f"  {one.code}  {one.name:28} {one.page.summary}")
    return 0
