"""What lastput is about, or the options of one command.

  lastput help
  lastput help check

Without a command it lists where to begin.
"""

from __future__ import annotations

import argparse

HELP = "explain a command, or where to begin"

_BEGIN = """\
Where to begin

  I want to see what it does     lastput check kvm/f1-release-puts-module
  I want the diagram for a mail  lastput check --commit kvm/f1-release-puts-module
  I want it as a page            lastput check --html race.html TEST
  I want to drive it by hand     lastput step kvm/f1-release-puts-module
  I want the whole KVM story     lastput check kvm
  I have an Oops or a hung task  dmesg | lastput explain: docs/explain.md
  I want to check my own code    write a litmus test: docs/litmus-language.md
  I want it on a real kernel     lastput replay --fetch kvm/f1-release-puts-module
  I review a kernel tree         lastput audit TREE; docs/audit.md
  I got a message in brackets    docs/messages.md explains each

A verdict is SAFE only when every interleaving was run; UNSAFE comes with the
shortest one that breaks; UNKNOWN says which bound was reached.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", nargs="?", metavar="COMMAND", help="a command")


def run(args: argparse.Namespace) -> int:
    from lastput.cli.main import main

    if args.topic:
        return main([args.topic, "--help"])
    print(_BEGIN, end="")
    return 0
