#!/usr/bin/env python3
"""The old command name of the preprocessor: python3 tools/repypp.py INFILE OUTFILE."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from repy_compat.commands.pp import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
