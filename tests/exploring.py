"""What the tests of exploration share: engines, plain bodies, the corpus of races."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from repy_compat.world.simulation.carriers import Carrier, new_carrier
from repy_compat.world.simulation.engine import Chooser, Engine, go_on

RACES = Path(__file__).parent / "programs" / "races"
LIBRARY = Path(__file__).parent.parent / "seattlelib"

DOCUMENTED = """\
def foo():
  mycontext['count'] = mycontext['count'] + 1

if callfunc == 'initialize':
  mycontext['count'] = 0
  settimer(0.0, foo, ())
  settimer(0.0, foo, ())
"""


def simulate(
    main: Callable[[Engine], None],
    chooser: Chooser = go_on,
    *,
    carrier: Carrier | None = None,
    **options: object,
) -> Engine:
    """Run ``main(engine)`` as the main event until idle; the closed engine."""
    mine = carrier or new_carrier("threads")
    engine = Engine(mine, chooser, **options)  # type: ignore[arg-type]
    try:
        main(engine)
        engine.wait_until_idle()
    finally:
        engine.close()
        if carrier is None:
            mine.close()
    return engine


def programs(which: str) -> list[Path]:
    """The programs of the corpus: ``bug`` or ``fixed``."""
    return sorted(RACES.glob(f"*.{which}.r*py"))


def terms_of(path: Path) -> dict[str, object]:
    """The arguments with which a program of the corpus is explored."""
    found = re.search(r"# limits: (.*)", path.read_text())
    limits = None
    if found:
        pairs = (word.split("=") for word in found.group(1).split())
        limits = {name: float(amount) for name, amount in pairs}
    clock = "loose" if "loose" in path.name else "virtual"
    return {"limits": limits, "include_path": [str(LIBRARY)], "clock": clock}
