"""Manual pages, made from the commands' own help: ``python -m lastput.cli.man DIR``.

``lastput.1`` lists the commands; ``lastput-check.1`` and the others have the options of one each. The format
is man(7) of groff.
"""

from __future__ import annotations

__all__ = ["main", "page", "pages"]

import argparse
import sys
from pathlib import Path

from lastput import __version__
from lastput.cli.commands.help import begin
from lastput.cli.main import make_parser

_EXIT = "0: nothing found, safe or as expected. 1: findings, unsafe or not as expected. 2: no answer."


def pages() -> dict[str, str]:
    """All pages by the name of their file."""
    parser, modules = make_parser()
    parsers = next(
        action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    )
    commands = "".join(f".TP\n.B {name}\n{_text(module.HELP)}\n" for name, module in modules.items())
    found = {"lastput.1": page(parser, "lastput", "check the lifetimes of kernel objects", commands)}
    for name, module in modules.items():
        found[f"lastput-{name}.1"] = page(parsers[name], f"lastput-{name}", module.HELP)
    return found


def page(parser: argparse.ArgumentParser, name: str, summary: str, commands: str = "") -> str:
    """The page of one parser."""
    usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
    rows = [f'.TH {name.upper()} 1 "" "lastput {__version__}" "User Commands"', ".SH NAME"]
    rows += [f"{_text(name)} \\- {_text(summary)}", ".SH SYNOPSIS", _text(usage)]
    rows += [".SH DESCRIPTION", ".nf", _text(parser.description or ""), ".fi"]
    rows += [".SH COMMANDS", commands.rstrip()] if commands else []
    rows += [".SH BEGINNING", ".nf", _text(begin()), ".fi"] if commands else []
    options = [row for action in parser._actions if _shown(action) for row in _option(action)]
    rows += [".SH OPTIONS", *options, ".SH EXIT STATUS", _text(_EXIT), ".SH SEE ALSO"]
    rows.append(
        "The pages of the documentation: \n.B lastput help\n.I PAGE" if commands else ".BR lastput (1)"
    )
    return "\n".join(rows) + "\n"


def _shown(action: argparse.Action) -> bool:
    hidden = (argparse._SubParsersAction, argparse._HelpAction)
    return action.help != argparse.SUPPRESS and not isinstance(action, hidden)


def _option(action: argparse.Action) -> list[str]:
    value = ""
    if action.nargs != 0:
        names = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else action.dest.upper()
        metavar = action.metavar if isinstance(action.metavar, str) else names
        value = f" \\fI{_text(metavar)}\\fR"
    flags = ", ".join(f"\\fB{_text(flag)}\\fR" for flag in action.option_strings)
    told = (action.help or "") % {**vars(action), "prog": "lastput"}
    return [".TP", f"{flags}{value}".strip(), _text(told)]


def _text(text: str) -> str:
    """Text that groff prints as it is."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line[:1] in (".", "'") else line for line in plain.splitlines())


def main(arguments: list[str]) -> None:
    """Write all pages into a folder."""
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
