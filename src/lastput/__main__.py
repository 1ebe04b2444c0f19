"""``python -m lastput``."""

import sys

from lastput.cli.main import main

sys.exit(main())
