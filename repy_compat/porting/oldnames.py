"""Importing this makes ``repyhelper`` and ``repyportability`` importable as such.

For modules that ``repyhelper.translate`` wrote, and for programs that can't change
their imports. A module of that name that Python finds elsewhere wins.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec

from repy_compat.porting import repyhelper, repyportability

for _module in (repyhelper, repyportability):
    _name = _module.__name__.rpartition(".")[2]
    if _name not in sys.modules and find_spec(_name) is None:
        sys.modules[_name] = _module
