"""What lastput is about; the options of a command; a page, a message or a rule.

  lastput help
  lastput help check          the options of a command
  lastput help audit.md       a page that has a command's name
  lastput help glossary       a page
  lastput help no-tree        what a message means, by the word in its brackets
  lastput help MOD001         a rule of the audit

Without a word it lists where to begin.
"""

from __future__ import annotations

import argparse

HELP = "explain a command, a message, a rule or a page"

_BEGIN = """\
Where to begin

  I want to see what it does     lastput check kvm/f1-release-puts-module
  I want the diagram for a mail  lastput check --commit kvm/f1-release-puts-module
  I want it as a page            lastput check --html race.html TEST
  I want to drive it by hand     lastput step kvm/f1-release-puts-module
  I want the whole KVM story     lastput check kvm
  I have an Oops or a hung task  dmesg | lastput explain; lastput help explain.md
  I want to check my own code    write a litmus test: lastput help litmus-language
  I want it on a real kernel     lastput replay --fetch kvm/f1-release-puts-module
  I review a kernel tree         lastput audit TREE; lastput help audit.md
  I got a message in brackets    lastput help WORD, with the word in the brackets
  I do not know a word           lastput help glossary

A verdict is SAFE only when every interleaving was run; UNSAFE comes with the
shortest one that breaks; UNKNOWN says which bound was reached.
"""


def begin() -> str:
    """Where to begin, as text."""
    return _BEGIN


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", nargs="?", metavar="WORD", help="command, page, message or rule")


def run(args: argparse.Namespace) -> int:
    from lastput.cli.main import main, make_parser

    if not args.topic:
        print(begin(), end="")
        return 0
    from lastput.cli.manual import find, pages

    if args.topic not in make_parser()[1]:
        print(find(args.topic), end="")
        return 0
    try:
        return main([args.topic, "--help"])
    finally:
        if args.topic in pages():
            print(f"\nthe page: lastput help {args.topic}.md")
