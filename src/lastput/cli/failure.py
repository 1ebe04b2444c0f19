"""Errors as people see them: two lines and a way out, and a traceback only when asked for."""

from __future__ import annotations

__all__ = ["MESSAGES", "guarded"]

import argparse
import os
import platform
import shlex
import sys
import traceback
from types import ModuleType

from lastput import __version__
from lastput.errors import InternalError, LastputError

FAILED = 2
MESSAGES = "docs/messages.md"


def guarded(command: ModuleType, args: argparse.Namespace, arguments: list[str]) -> int:
    """Run a command; what it raises becomes text on stderr and exit code 2."""
    try:
        code: int = command.run(args)
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except InternalError as error:
        return _bug(str(error), arguments, args.debug)
    except LastputError as error:
        print(f"lastput: {error}", file=sys.stderr)
        return FAILED
    except OSError as error:
        slug = "disk" if error.errno == 28 else "file"  # 28: ENOSPC
        name = f"{error.filename}: " if error.filename else ""
        print(f"lastput: {name}{error.strerror or error} [{slug}]", file=sys.stderr)
        print("  nothing was half-written; mend the file or the disk and run again", file=sys.stderr)
        return FAILED
    except RecursionError:
        print("lastput: the input nests too deep [too-deep]", file=sys.stderr)
        print("  split the expression, struct or call chain that is hundreds of levels deep", file=sys.stderr)
        return FAILED
    except MemoryError:
        print("lastput: out of memory [out-of-memory]", file=sys.stderr)
        print("  give --max-memory to stop before that, or a smaller test", file=sys.stderr)
        return FAILED
    except Exception as error:  # the last resort: a bug of ours, told as such
        return _bug(f"{type(error).__name__}: {error} [internal]", arguments, args.debug)
    return code


def _bug(what: str, arguments: list[str], debug: bool) -> int:
    first = what.splitlines()[0] if what else "?"
    print(f"lastput: {first}", file=sys.stderr)
    print(
        f"  this is a bug in lastput {__version__}"
        f" (Python {platform.python_version()}, {platform.platform()});\n"
        f"  please report it with the input and: lastput {shlex.join(arguments)}",
        file=sys.stderr,
    )
    if debug or os.environ.get("LASTPUT_DEBUG"):
        traceback.print_exc()
    else:
        print("  LASTPUT_DEBUG=1 prints where it happened", file=sys.stderr)
    return FAILED
