"""Print what makes a shell complete lastput's commands, options and tests.

  lastput completion bash > ~/.local/share/bash-completion/completions/lastput
  lastput completion zsh > ~/.zfunc/_lastput        # a folder of your $fpath
  lastput completion fish > ~/.config/fish/completions/lastput.fish

It names the tests of this installation: run it again after an update.
"""

from __future__ import annotations

import argparse

HELP = "print a completion script for a shell"

SHELLS = ("bash", "zsh", "fish")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_completion import run as run_completion

    return run_completion(args)
