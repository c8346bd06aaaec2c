"""Random events of all tools never break a rule, and undoing all restores the first document."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.document.geometry import Box, Polygon, Size
from core.document.mask import Mask
from gui.tools.events import (
    Button,
    Command,
    CommandEvent,
    Modifiers,
    PointerEvent,
    PointerKind,
    StepEvent,
    ToolEvent,
)
from gui.tools.registry import all_tools
from tests.gui.tools.driver import Driver, QuarterRegions, annotation, colored_squares, square_mask

SIZE = Size(100, 80)
NAMES = tuple(all_tools())

pointer_events = st.builds(
    PointerEvent,
    st.sampled_from(PointerKind),
    st.floats(-20, 120),
    st.floats(-20, 100),
    st.sampled_from(Button),
    st.sampled_from([Modifiers.NONE, Modifiers.SHIFT, Modifiers.CONTROL]),
    st.sampled_from([0.1, 1.0, 4.0]),
)
events = st.one_of(
    pointer_events,
    pointer_events,
    st.builds(StepEvent, st.integers(-3, 3)),
    st.builds(CommandEvent, st.sampled_from(Command)),
)


def _driver() -> Driver:
    return Driver(
        all_tools()["select"],
        annotation(1, Box(5, 5, 70, 70)),
        annotation(2, Polygon.from_points([(10, 10), (60, 10), (60, 60), (10, 60)])),
        annotation(3, square_mask(25, 25, 20)),
        annotation(4, square_mask(60, 50, 20), locked=True),
        regions=QuarterRegions(SIZE),
        image=colored_squares(SIZE),
    )


def _check(driver: Driver) -> None:
    assert driver.document.annotations[4] == driver.first.annotations[4]
    for item in driver.document.annotations.values():
        box = item.bounds
        assert box.x >= -1e-9
        assert box.y >= -1e-9
        assert box.right <= SIZE.width + 1e-9
        assert box.bottom <= SIZE.height + 1e-9
        assert not (isinstance(item.geometry, Mask) and item.geometry.is_empty)
    assert driver.draft is not None


def _play(driver: Driver, steps: list[tuple[str, ToolEvent]]) -> None:
    tools = all_tools()
    for name, event in steps:
        if driver.tool is not tools[name]:
            driver.finish()
            driver.tool = tools[name]
        driver.send(event)
        _check(driver)
        record = driver.tool.checkpoint(driver.context)
        if record is not None:
            all_tools()[name].restore(record, driver.context)
    driver.finish()


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.lists(events, min_size=1, max_size=8)), max_size=6
    )
)
def test_any_events_of_any_tools_are_undone_to_the_first_document(
    runs: list[tuple[str, list[ToolEvent]]],
) -> None:
    driver = _driver()
    _play(driver, [(name, event) for name, run in runs for event in run])
    last = driver.document.annotations
    driver.undo_all()
    while driver.history.redo() is not None:
        pass
    assert driver.document.annotations == last


def _gesture(rng: random.Random) -> list[ToolEvent]:
    """A press, some moves and the release, or a key, as hands make them."""
    if rng.random() < 0.25:
        return [CommandEvent(rng.choice(list(Command)))]
    if rng.random() < 0.2:
        return [StepEvent(rng.choice([-2, -1, 1, 2]))]
    button = rng.choice([Button.LEFT, Button.LEFT, Button.LEFT, Button.RIGHT])
    modifiers = rng.choice([Modifiers.NONE, Modifiers.NONE, Modifiers.SHIFT, Modifiers.CONTROL])
    # Half of the places are where corners and edges of the first objects are.
    grid = rng.choice([0.01, 5.0])
    places = [
        (grid * round(rng.uniform(-5, 105) / grid), grid * round(rng.uniform(-5, 85) / grid))
        for _ in range(rng.randint(1, 4))
    ]

    def event(kind: PointerKind, place: tuple[float, float]) -> PointerEvent:
        return PointerEvent(kind, *place, button, modifiers, rng.choice([0.25, 1.0, 2.0]))

    moves = [event(PointerKind.MOVE, place) for place in places]
    release = event(PointerKind.RELEASE, places[-1])
    return [event(PointerKind.PRESS, places[0]), *moves, release]


@pytest.mark.parametrize("seed", range(4))
def test_hundreds_of_gestures_are_undone_to_the_first_document(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 — a test's dice, not a secret
    driver = _driver()
    steps: list[tuple[str, ToolEvent]] = []
    for _ in range(200):
        name = rng.choice(NAMES)
        steps.extend((name, event) for _ in range(5) for event in _gesture(rng))
    _play(driver, steps)
    assert driver.history.next_undo is not None
    driver.undo_all()
