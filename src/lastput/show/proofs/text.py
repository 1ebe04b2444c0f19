"""A proof for a terminal: the verdict, the interleaving that shows it, and what it rests on."""

from __future__ import annotations

__all__ = ["render"]

import textwrap

from lastput.schema.finding import Finding
from lastput.schema.proof import Proof
from lastput.show.proofs.line import render as line
from lastput.show.render import Options
from lastput.show.render import render as render_trace

_WIDTH = 80
_SHOWN = 3  # assumptions, unless all are asked for


def render(finding: Finding, proof: Proof, options: Options) -> str:
    """The line of the finding, the trace as a commit message would have it, then what the verdict rests
    on."""
    parts = [line(finding, proof, options), _filled(finding.message, "  ")]
    if proof.trace is not None:
        parts.append("\n" + textwrap.indent(render_trace("commit", proof.trace), "  "))
    if proof.control is not None:
        parts.append(_filled(f"control: {proof.control.what}: {proof.control.verdict}", "  "))
    parts += [_filled(f"if {one.what} ({one.path}:{one.line})", "  ") for one in proof.conditions]
    if proof.verdict != "UNDECIDED" or options.verbose:
        parts += _assumed(proof, options)
    if options.verbose:
        parts += [_filled(f"taken: {name}(): {why}", "  ") for name, why in proof.inlined]
        parts += [f"  {one.role}: {one.path}:{one.line}: {_ran(one.executed)}\n" for one in proof.visits]
        parts += [_filled(f"round {one.round}: {one.what}, because {one.why}", "  ") for one in proof.rounds]
    return "".join(parts)


def _assumed(proof: Proof, options: Options) -> list[str]:
    first = sorted(proof.assumptions, key=lambda one: not one.used)
    shown = first if options.verbose else first[:_SHOWN]
    parts = [_filled(f"assumed: {' '.join((one.name, one.why)).strip()}", "  ") for one in shown]
    if len(shown) < len(first):
        parts.append(f"  and {len(first) - len(shown)} more assumptions: -v lists them\n")
    return parts


def _ran(executed: bool | None) -> str:
    return {True: "executed", False: "never executed", None: "no step begins there"}[executed]


def _filled(text: str, indent: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ") + "\n"
