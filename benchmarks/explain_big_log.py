"""How long a big log takes to explain, and how much memory: ``python benchmarks/explain_big_log.py [MB]``.

Three logs of the same size: almost only chatter (one report in 20,000 lines), every tenth line a report,
and nothing but reports. Each is read in a process of its own; CPU time is what counts.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_LOGS = Path(__file__).parent.parent / "tests" / "splat" / "logs"
_SHAPES = {"sparse": 20_000, "a tenth": 400, "dense": 0}


def _chatter(lines: int, start: int) -> bytes:
    return b"".join(
        b"[%12.6f] usb 1-%d: new high-speed USB device number %d using xhci_hcd\n"
        % (at / 100, at % 9, at % 100)
        for at in range(start, start + lines)
    )


def _write(path: Path, size: int, gap: int) -> int:
    """A log of ``size`` bytes with ``gap`` lines between reports; gives its number of lines."""
    texts = [one.read_bytes() for one in sorted(_LOGS.glob("*.txt")) if not one.stem.startswith("noisy")]
    between = _chatter(gap, 0) if gap else b""
    written = number = 0
    with path.open("wb") as file:
        while written < size:
            text = texts[number % len(texts)].replace(b"acme", b"acme%d" % (number % 1000))
            written += file.write(b"".join(b"[  120.123456] %s\n" % line for line in text.splitlines()))
            written += file.write(between)
            number += 1
    return number


def _measure(path: Path) -> None:
    from lastput.splat.reader import read

    begin = time.process_time()
    with path.open("rb") as stream:
        log = read(stream)
    used = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    kept = len(log.reports)
    print(
        f"  {log.lines:,} lines, {kept} reports kept, {log.left_out:,} left out: {used:.1f} s CPU,"
        f" {peak:.0f} MB"
    )


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--read"]:
        _measure(Path(arguments[1]))
        return
    size = int(float(arguments[0]) * 1e6) if arguments else 200_000_000
    with tempfile.TemporaryDirectory() as folder:
        for name, gap in _SHAPES.items():
            path = Path(folder) / "log"
            number = _write(path, size, gap)
            print(f"{name}: {path.stat().st_size / 1e6:.0f} MB, {number:,} reports", flush=True)
            subprocess.run([sys.executable, __file__, "--read", str(path)], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
