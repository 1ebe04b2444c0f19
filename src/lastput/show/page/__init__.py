"""Pages that stand alone: templates, style sheets and scripts that are put into one file each."""

from __future__ import annotations

__all__ = ["fill", "part"]

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup


def part(*names: str) -> Markup:
    """Style sheets or scripts of this folder, one after the other, to be put into a page as they are."""
    from markupsafe import Markup

    return Markup("".join((files(__name__) / name).read_text("utf-8") for name in names))


def fill(name: str, **values: object) -> str:
    """The page that the template ``name`` makes of ``values``. Text is escaped, ``Markup`` is not."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string((files(__name__) / name).read_text("utf-8")).render(**values) + "\n"
