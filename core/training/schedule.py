"""How the learning rate changes over a run."""

from __future__ import annotations

import math


def warm_cosine(step: int, steps: int, warm_steps: int = 60) -> float:
    """Factor of the learning rate: a short linear rise, then half a cosine down to 0.01."""
    if step < warm_steps:
        return (step + 1) / warm_steps
    done = (step - warm_steps) / max(steps - warm_steps, 1)
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(done, 1.0)))
