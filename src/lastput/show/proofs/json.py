"""One JSON object a line, each a whole ``lastput-proof/1``."""

from __future__ import annotations

__all__ = ["render"]

import msgspec

from lastput.schema.finding import Finding
from lastput.schema.proof import SCHEMA, Proof
from lastput.show.render import Options


def render(finding: Finding, proof: Proof, options: Options) -> str:
    """Fields that have their default are left out, except the schema; ``where`` is the finding's place."""
    data = {"schema": SCHEMA, "where": str(finding.where), **msgspec.to_builtins(proof)}
    return msgspec.json.encode(data).decode() + "\n"
