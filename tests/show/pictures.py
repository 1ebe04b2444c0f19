"""Pages compared with stored pictures of them.

A picture is a third of the page's size, so that it is small and the edges of letters do not count; the
font is DejaVu (fonts-dejavu-core) for all text. It is like the stored one if few pixels differ by much.
LASTPUT_ACCEPT=1 stores it anew. What differs is left in ``build/pictures``: the picture, and red spots
over it.
"""

from __future__ import annotations

__all__ = ["FONT", "compare"]

import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops

_STORED = Path(__file__).parent / "pictures"
_LEFT = Path(__file__).parents[2] / "build" / "pictures"
_SCALE = 3
_MUCH = 20  # of 255, in any channel; the paler colours of bands are 38 away from white
_FEW = 0.005  # of all pixels

#: The style that makes text the same on every machine.
FONT = "* { font-family: 'DejaVu Sans Mono' !important; transition: none !important; }"


def compare(name: str, png: bytes) -> None:
    """Fail unless a screenshot looks like the stored picture ``name``."""
    seen = Image.open(io.BytesIO(png)).convert("RGB").reduce(_SCALE)
    path = _STORED / f"{name}.png"
    if os.environ.get("LASTPUT_ACCEPT"):
        path.parent.mkdir(exist_ok=True)
        seen.quantize(128).save(path, optimize=True)
        return
    stored = Image.open(path).convert("RGB")
    wrong = ""
    spots = Image.new("L", seen.size, 255)
    if seen.size != stored.size:
        wrong = f"it measures {seen.size}, not {stored.size}"
    else:
        red, green, blue = ImageChops.difference(seen, stored).split()
        most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
        spots = most.point(lambda value: 255 if value > _MUCH else 0)
        share = spots.histogram()[255] / (seen.width * seen.height)
        wrong = f"{share:.1%} of it differs" if share > _FEW else ""
    if wrong:
        _LEFT.mkdir(parents=True, exist_ok=True)
        seen.save(_LEFT / f"{name}.png")
        Image.composite(Image.new("RGB", seen.size, "red"), seen, spots).save(_LEFT / f"{name}.diff.png")
        pytest.fail(f"{name}: {wrong}; see {_LEFT / name}.diff.png, or accept it with LASTPUT_ACCEPT=1")
