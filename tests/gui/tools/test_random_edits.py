"""Random events of all tools, with commands and paint rules between them, undone bit for bit."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from core.document.annotation import Annotation
from core.document.change import Change
from core.document.document import ImageDocument
from core.document.geometry import Box, Polygon, PolygonPart, RotatedBox, Size
from core.document.mask import Mask
from core.editing import combining, refining
from core.editing.order import Placement, reorder
from core.editing.paint_rules import PaintRule
from core.errors import MaskwrightError
from core.project.codec import encode_annotation
from gui.tools.registry import all_tools
from tests.gui.tools.driver import (
    Driver,
    QuarterRegions,
    annotation,
    colored_squares,
    square_mask,
)
from tests.gui.tools.test_random_events import _gesture

SIZE = Size(100, 80)

EDITS: tuple[Callable[[ImageDocument, Iterable[int]], Change | None], ...] = (
    combining.merge,
    combining.subtract,
    combining.intersect,
    combining.split_into_parts,
    lambda document, ids: combining.fill_gaps(document, ids, 8.0),
    refining.fill_holes,
    refining.remove_islands,
    lambda document, ids: refining.grow(document, ids, 1.0),
    lambda document, ids: refining.grow(document, ids, -1.0),
    lambda document, ids: refining.smooth(document, ids, 2.0),
    refining.convert_to_masks,
    refining.convert_to_polygons,
    lambda document, ids: reorder(document, ids, Placement.FRONT),
)


def _pierced() -> Polygon:
    outer = np.array([(10.0, 10.0), (60.0, 10.0), (60.0, 60.0), (10.0, 60.0)])
    hole = np.array([(20.0, 20.0), (20.0, 30.0), (30.0, 30.0)])
    island = np.array([(70.0, 5.0), (90.0, 5.0), (80.0, 15.0)])
    return Polygon((PolygonPart(outer, (hole,)), PolygonPart(island)))


def _driver() -> Driver:
    return Driver(
        all_tools()["select"],
        annotation(1, Box(5, 5, 70, 70)),
        annotation(2, _pierced()),
        annotation(3, square_mask(25, 25, 20).united(square_mask(70, 60, 9))),
        annotation(4, square_mask(60, 50, 20), locked=True),
        annotation(5, RotatedBox(50, 40, 30, 20, 30)),
        regions=QuarterRegions(SIZE),
        image=colored_squares(SIZE),
    )


def _edit(driver: Driver, rng: random.Random) -> None:
    present = sorted(driver.document.annotations)
    ids = rng.sample(present, min(len(present), rng.randint(1, 3)))
    try:
        change = rng.choice(EDITS)(driver.document, ids)
    except MaskwrightError:
        return
    if change is not None:
        driver.history.apply(change)
        driver.selection &= driver.document.annotations.keys()


def _stored(driver: Driver) -> list[bytes]:
    """Every object as the project file would hold it."""
    return [encode_annotation(item) for _, item in sorted(driver.document.annotations.items())]


def _check(before: dict[int, Annotation], driver: Driver) -> None:
    assert driver.document.annotations[4].geometry == before[4].geometry
    for item in driver.document.annotations.values():
        assert not (isinstance(item.geometry, Mask) and item.geometry.is_empty)


@pytest.mark.parametrize(
    ("seed", "events"),
    [(1, 2000), *(pytest.param(seed, 20_000, marks=pytest.mark.slow) for seed in (2, 3, 4))],
)
def test_undoing_everything_restores_the_first_document_bit_for_bit(seed: int, events: int) -> None:
    rng = random.Random(seed)  # noqa: S311 — a test's dice, not a secret
    driver, tools = _driver(), all_tools()
    before = dict(driver.document.annotations)
    bits = _stored(driver)
    count = 0
    while count < events:
        if rng.random() < 0.3:
            _edit(driver, rng)
            count += 1
        if rng.random() < 0.2:
            driver.paint_rule = rng.choice(list(PaintRule))
        driver.finish()
        driver.tool = tools[rng.choice(list(tools))]
        for _ in range(rng.randint(1, 6)):
            gesture = _gesture(rng)
            for event in gesture:
                driver.send(event)
            count += len(gesture)
            assert driver.draft is not None
        _check(before, driver)
    driver.finish()
    last = _stored(driver)
    driver.undo_all()
    assert _stored(driver) == bits
    while driver.history.redo() is not None:
        pass
    assert _stored(driver) == last
