"""Runs snippets of C in both: compiled by gcc, and lowered to the engine's code and run as a BOOT thread.

A snippet is the body of ``long f(void)``. gcc's undefined behaviour traps, and is reported as ``None``:
there the model may answer as it likes.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from lastput.engine.interpret import boot
from lastput.errors import LastputError
from lastput.model.compile import compile_text

_TYPES = """
typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32;
typedef unsigned long long u64; typedef signed char s8; typedef short s16; typedef int s32;
typedef long long s64;
"""
_MAIN = """
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
static sigjmp_buf undefined;
static void trapped(int signal) { siglongjmp(undefined, 1); }
static void run(long (*f)(void))
{
	if (sigsetjmp(undefined, 1)) puts("undefined");
	else printf("%ld\\n", f());
}
"""


def by_gcc(folder: Path, declarations: str, snippets: Sequence[str]) -> list[int | None]:
    """What gcc makes of each snippet; None where its behaviour is undefined."""
    functions = "".join(f"static long f{i}(void)\n{{\n{text}\n}}\n" for i, text in enumerate(snippets))
    calls = "".join(f"\trun(f{i});\n" for i in range(len(snippets)))
    text = f"{_MAIN}#include <stdbool.h>\n{_TYPES}{declarations}{functions}"
    text += f"int main(void)\n{{\n\tsignal(SIGILL, trapped);\n{calls}\treturn 0;\n}}\n"
    source, program = folder / "snippets.c", folder / "snippets"
    source.write_text(text)
    undefined = ["-fsanitize=undefined", "-fsanitize-undefined-trap-on-error"]
    subprocess.run(["gcc", "-w", "-O0", *undefined, "-o", program, source], check=True)
    out = subprocess.run([program], check=True, capture_output=True, text=True).stdout.split()
    return [None if word == "undefined" else int(word) for word in out]


def by_model(declarations: str, snippet: str) -> int | None:
    """What the compiler of litmus C and the reference interpreter make of it; None if it says that it cannot
    compute this."""
    text = f"""#include <lastput.h>
{declarations}
static long result;
static long f(void)
{{
{snippet}
}}
BOOT(all) {{ result = f(); }}
THREAD(reader) {{ long seen = result; }}
"""
    program = compile_text(text, "snippet.c").program
    try:
        state = boot(program)
    except LastputError as error:
        assert error.slug == "model-limit", error
        return None
    return next(value for slot, value in zip(program.slots, state, strict=True) if slot.name == "result")
