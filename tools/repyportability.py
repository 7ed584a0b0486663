"""``repyportability`` under its old name: put this folder on the Python path.

The module is that of ``repy_compat.porting``, and shares its state.
"""

import sys

from repy_compat.porting import repyportability

sys.modules[__name__] = repyportability
