from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_importing_grouping_loads_nothing_heavy() -> None:
    check = "import core.grouping, sys; print({'skimage', 'torch'} & set(sys.modules) or 'none')"
    done = subprocess.run(
        [sys.executable, "-c", check],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "none", done.stderr
