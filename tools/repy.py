#!/usr/bin/env python3
"""The old command name: python3 tools/repy.py [options] RESTRICTIONS PROGRAM [ARGUMENTS]."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from repy_compat.cli import entry_point

if __name__ == "__main__":
    entry_point()
