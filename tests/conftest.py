"""What all tests share: how Hypothesis chooses its examples, and Ctrl-C.

A run of the suite tries the same examples every time, so that it fails because of
a change and not because of luck. ``HYPOTHESIS_PROFILE=search`` looks for new ones.
"""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

SLOW_MACHINES = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile(
    "suite",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=SLOW_MACHINES,
)
settings.register_profile(
    "search", deadline=None, print_blob=True, suppress_health_check=SLOW_MACHINES
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs us in the background has Ctrl-C ignored, and so would every
    # program that we start to try it on.
    signal.signal(signal.SIGINT, signal.default_int_handler)
