"""The corpus: logs written from the kernel's own format strings, half of them as they arrive in real life."""

from __future__ import annotations

from pathlib import Path

LOGS = Path(__file__).parent / "logs"
GOLDEN = Path(__file__).parent / "golden"


def names() -> list[str]:
    """All logs."""
    return sorted(path.stem for path in LOGS.glob("*.txt"))


def plain() -> list[str]:
    """Logs without noise that hold a report."""
    return [name for name in names() if not name.startswith(("noisy", "truncated", "no-report"))]
