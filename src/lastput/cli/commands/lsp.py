"""Speak to an editor: what the audit says of an open file, while it is edited.

  lastput lsp              on stdin and stdout, as an editor starts it

The tree around the file is read once, as `lastput audit` does. Then each
change is judged in a second or two, and only what the edit brings is a
warning. Hover shows what a function does to lifetimes, the page of a rule,
or why a place is safe; code actions are the patches of `lastput fix`.
docs/editors.md has the settings of VS Code, Neovim, Emacs and Vim.
It needs the extra lsp: pip install 'lastput[lsp]'
"""

from __future__ import annotations

import argparse

HELP = "a language server: findings while one types"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stdio", action="store_true", help="stdin and stdout, which is the default")


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_lsp import run as run_lsp

    return run_lsp()
