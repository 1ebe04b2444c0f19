"""The report of a replay: the story, what the kernel printed, the controls, and what that is worth."""

from __future__ import annotations

__all__ = ["text"]

import textwrap

from lastput.schema.replay import Report, Run, Series, Told

#: Of an Oops, what tells the story; the registers and stale frames do not.
_TELLS = (
    "BUG:",
    "Oops:",
    "CPU:",
    "RIP:",
    "Workqueue:",
    "INFO:",
    "WARNING:",
    "refcount_t:",
    "task:",
    "Modules linked in",
    "#PF: ",
    "kernel BUG",
)
_FRAMES = 6


def text(report: Report, width: int = 80, verbose: bool = False) -> str:
    """The whole report, ``width`` columns, ending in a newline."""
    rows: list[str] = []
    if report.question:
        rows += [*textwrap.wrap(f"{report.name}: {report.question}", width), ""]
    rows += _head(report, width)
    first = _typical(report.story)
    rows += ["", *_story(first, width)]
    if first.splat or (verbose and first.console):
        rows += ["", "the kernel:", *_splat(first, width, verbose)]
        if first.where:
            rows += textwrap.wrap(
                f"RIP is {first.where}" + (f": it {first.reason}" if first.reason else ""),
                width,
                initial_indent="  => ",
                subsequent_indent="     ",
            )
    if report.sites:
        rows += ["", "in the binary:", *(f"  {site}" for site in report.sites)]
    rows += ["", *_table(report, width, verbose), ""]
    rows += _verdict(report, width)
    return "\n".join(row.rstrip() for row in rows) + "\n"


def _head(report: Report, width: int) -> list[str]:
    rows = [
        f"kernel   {report.kernel}, unmodified",
        f"guest    {report.qemu.partition(' (')[0]}, TCG, {report.cpus} vCPU{'s' if report.cpus > 1 else ''}",
    ]
    rows += _labelled("cmdline", report.cmdline, width)
    rows += _labelled("plan", report.origin, width) if report.origin else []
    if report.claims:
        rows += _labelled("claims", " ".join(report.claims), width)
    return rows


def _story(run: Run, width: int) -> list[str]:
    rows = []
    for number, told in enumerate(run.story, 1):
        rows += textwrap.wrap(f"({number}) {told.step}", width, subsequent_indent="    ")
        if told.place:
            rows.append(f"      held at {told.place}, task {told.task}")
        rows += textwrap.wrap(told.note, width, initial_indent=" " * 6, subsequent_indent=" " * 6)
        rows += [f"      {line}" for line in _acts(told)]
    return rows


def _acts(told: Told) -> list[str]:
    return [
        f"{act.thread}: {act.action} = {f'-{_errno(act.error)}' if act.error else act.result}"
        for act in told.acts
    ]


def _errno(name: str) -> str:
    return "EWOULDBLOCK" if name == "EAGAIN" else name


def _splat(run: Run, width: int, verbose: bool) -> list[str]:
    if verbose:
        return [f"  {line}" for line in (run.console.splitlines() or run.splat)]
    kept, frames = [], 0
    for line in run.splat:
        if line.startswith(_TELLS):
            kept.append(line)
        elif line.startswith(" ") and "+0x" in line and frames < _FRAMES:
            kept.append(line)
            frames += 1
    return [f"  {line}" if len(line) <= width - 2 else f"  {line[: width - 5]}..." for line in kept]


def _table(report: Report, width: int, verbose: bool) -> list[str]:
    rows = [
        f"{'run':<30} {'must be':<11} {'was':<25} {'seconds':>9}",
        f"{'-' * 30} {'-' * 11} {'-' * 25} {'-' * 9}",
    ]
    for series in (report.story, *report.controls):
        rows += _row(series, report.kernel, width)
        if verbose:
            for run in series.runs:
                rows += [f"    {run.verdict} {run.where} {run.reason} ({run.seconds:.1f} s)"]
    if report.exact is not None:
        same = "twice the same console" if report.identical else "THE CONSOLES DIFFER"
        was = f"{report.exact.verdict:<25} {report.exact.seconds:>9.1f}"
        rows.append(f"{'bit-exact, from reset':<30} {report.story.expected:<11} {was}")
        rows.append(f"  {same}, sha256 {report.console[:16]}")
    return rows


def _row(series: Series, kernel: str, width: int) -> list[str]:
    total = len(series.runs)
    counts = ", ".join(f"{verdict} {number} of {total}" for verdict, number in series.counts())
    mark = "" if series.holds() else " !"
    mean = sum(run.seconds for run in series.runs) / max(total, 1)
    name = series.name if series.kernel == kernel else f"{series.name} {series.kernel.partition('+')[0]}"
    rows = [f"{name[:30]:<30} {series.expected:<11} {counts + mark:<25} {mean:>9.1f}"]
    told = _typical(series).reason
    if series.expected == "INFEASIBLE" or not series.holds():
        rows += textwrap.wrap(told, width, initial_indent="  ", subsequent_indent="  ")
    elif series.name != "story":
        rows += textwrap.wrap(series.says, width, initial_indent="  ", subsequent_indent="  ")
    return rows


def _typical(series: Series) -> Run:
    """The run to show: one that is as expected, or the first that is not."""
    return next(
        (run for run in series.runs if (run.verdict == series.expected) is series.holds()), series.runs[0]
    )


def _verdict(report: Report, width: int) -> list[str]:
    total = len(report.story.runs)
    counts = ", ".join(f"{verdict} in {number} of {total}" for verdict, number in report.story.counts())
    rows = [f"{counts} runs"]
    if not report.story.holds():
        rows += _wrapped(f"NOT AS EXPECTED: the story should be {report.story.expected}", width)
    elif not report.controls and report.story.expected == "OOPS":
        rows += _wrapped("without controls this is no evidence", width)
    elif not all(one.holds() for one in report.controls):
        rows += _wrapped("NO EVIDENCE: a control is not as it must be", width)
    elif report.controls:
        rows += _wrapped("the controls are as they must be: the order alone makes the difference", width)
    rows += _untouched(report, width)
    rows += _borne(report, width)
    for note in report.notes:
        rows += _wrapped(f"note: {note}", width)
    if any(" until " in step for step in report.story.steps):
        rows += _wrapped("forced by a loop in padding of the kernel's text, where a thread is held", width)
    return rows + _wrapped(_times(report), width)


def _borne(report: Report, width: int) -> list[str]:
    """Whether the kernel showed what the litmus test says."""
    if not report.predicted or not report.evidence() or report.story.expected in ("CLEAN", "INFEASIBLE"):
        return []
    of = f" of {' '.join(report.claims)}" if report.claims else ""
    if report.borne_out():
        return _wrapped(
            f"the litmus test{of} is borne out on {report.kernel}: {_typical(report.story).kind}", width
        )
    seen = _typical(report.story).kind or "something else"
    said = (
        f"the litmus test{of} says {' or '.join(report.predicted)}, the kernel showed {seen}: NOT borne out"
    )
    return _wrapped(said, width)


def _times(report: Report) -> str:
    runs = sum(len(one.runs) for one in (report.story, *report.controls))
    told = f"{report.cold_seconds:.1f} s until the guest was ready"
    if report.run_seconds:
        told += f", {report.run_seconds:.1f} s for {runs} run{'s' if runs > 1 else ''}"
        told += f", {report.jobs} at a time" if report.jobs > 1 else ""
    return told


def _untouched(report: Report, width: int) -> list[str]:
    """Why a story with a held thread is clean, if the thread was not in a module at all."""
    places = [told.place for told in _typical(report.story).story if told.place]
    if report.story.expected != "CLEAN" or not places or "[" in places[0]:
        return []
    said = f"the thread that is held is at {places[0]} already, in built-in text: it has left the module"
    return _wrapped(said, width)


def _labelled(label: str, said: str, width: int) -> list[str]:
    return textwrap.wrap(said, width, initial_indent=f"{label:<9}", subsequent_indent=" " * 9)


def _wrapped(said: str, width: int) -> list[str]:
    return textwrap.wrap(said, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
