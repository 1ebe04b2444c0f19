#!/usr/bin/python3
"""The command ``lastput`` of the Debian package: what it needs lies beside it, in ../lib/lastput."""

import os
import sys
from pathlib import Path

HOME = str(Path(__file__).resolve().parent.parent / "lib" / "lastput")
sys.path.insert(0, HOME)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (HOME, os.environ.get("PYTHONPATH"))))

if __name__ == "__main__":
    from lastput.cli.main import main

    sys.exit(main())
