"""The small pictures of the list show the objects that there are now."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.document.annotation import Annotation
from core.document.document import ImageDocument, ProjectState
from core.document.geometry import Box, Polygon, Size
from core.document.mask import Mask
from core.editing.annotations import add_annotations
from core.imaging.thumbnails import Thumbnail, read_thumbnail
from core.tasks.queue import TaskQueue
from gui.pictures import thumbnail_store
from gui.pictures.thumbnail_drawing import with_objects
from gui.pictures.thumbnail_store import HEIGHT_PX, WIDTH_PX, ThumbnailStore
from gui.session import Session
from tests.core.project.pictures import write_picture


def document(*geometries: Box | Polygon | Mask) -> ImageDocument:
    items = [Annotation(number, 1, 1, shape) for number, shape in enumerate(geometries, 1)]
    return ImageDocument(1, Size(400, 200), {item.id: item for item in items})


def drawn(thumbnail: Thumbnail, shown: ImageDocument) -> np.ndarray:
    """Where the thumbnail with objects differs from the plain one, bool (h, w)."""
    made = with_objects(thumbnail, shown, ProjectState(), {1})
    assert made.shape == thumbnail.rgb.shape
    return np.asarray(np.any(made != thumbnail.rgb, axis=2))


@pytest.fixture
def wide(tmp_path: Path) -> Thumbnail:
    """A wide picture of 400 × 200, cut on its left and right."""
    return read_thumbnail(write_picture(tmp_path / "wide.png", 400, 200), 60, 60)


def test_an_object_lies_where_it_lies_in_the_picture(wide: Thumbnail) -> None:
    changed = drawn(wide, document(Box(200, 100, 50, 50)))
    rows, columns = np.nonzero(changed)
    # 0.3 small pixels each; 60 of 120 columns are shown, the middle ones.
    assert (columns.min(), columns.max()) == pytest.approx((30, 45), abs=2)
    assert (rows.min(), rows.max()) == pytest.approx((30, 45), abs=2)


def test_masks_and_polygons_are_shown_and_what_is_cut_away_is_not(wide: Thumbnail) -> None:
    mask = Mask.from_array(np.ones((60, 60), np.bool_), 180, 60)
    assert drawn(wide, document(mask)).any()
    assert drawn(wide, document(Polygon.from_points([(150, 50), (250, 50), (200, 150)]))).any()
    assert not drawn(wide, document(Box(0, 0, 40, 200))).any()
    assert not drawn(wide, document()).any()


def color_of(store: ThumbnailStore, session: Session) -> tuple[int, int, int]:
    image = session.image
    assert image is not None
    pixmap = store.icon(image).pixmap(WIDTH_PX, HEIGHT_PX)
    color = pixmap.toImage().pixelColor(pixmap.width() // 2, pixmap.height() // 2)
    return color.red(), color.green(), color.blue()


def test_an_edit_is_seen_and_its_undo_too(session: Session, tasks: TaskQueue, qtbot: QtBot) -> None:
    store = ThumbnailStore(session, tasks, session)
    qtbot.waitUntil(lambda: color_of(store, session) == (60, 60, 60))
    shown = session.document
    assert shown is not None
    item = Annotation(9, session.layer.id, 1, Box(5, 5, 30, 20))
    session.apply(add_annotations(shown, [item], "Add"))
    qtbot.waitUntil(lambda: color_of(store, session) != (60, 60, 60))
    session.undo()
    qtbot.waitUntil(lambda: color_of(store, session) == (60, 60, 60))


def test_what_is_in_the_project_already_is_seen_at_once(
    session: Session, tasks: TaskQueue, qtbot: QtBot
) -> None:
    shown = session.document
    assert shown is not None
    item = Annotation(9, session.layer.id, 1, Box(5, 5, 30, 20))
    session.apply(add_annotations(shown, [item], "Add"))
    assert session.project.wait_until_saved()
    store = ThumbnailStore(session, tasks, session)
    image = session.image
    assert image is not None
    with qtbot.waitSignal(store.ready):
        store.icon(image)
    assert color_of(store, session) != (60, 60, 60)


def test_a_fast_scroll_calls_off_what_nobody_sees_any_more(
    session: Session, tasks: TaskQueue, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnail_store, "MOST_WAITING", 1)
    store = ThumbnailStore(session, tasks, session)
    ready: list[int] = []
    store.ready.connect(ready.append)
    for image in session.images:
        store.icon(image)
    qtbot.waitUntil(lambda: 3 in ready)
    assert tasks.wait_until_idle(5)
    assert 1 not in ready
    assert 2 not in ready
    store.icon(session.images[0])
    qtbot.waitUntil(lambda: 1 in ready)


def test_only_so_many_are_kept(
    session: Session, tasks: TaskQueue, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnail_store, "MOST_KEPT", 1)
    store = ThumbnailStore(session, tasks, session)
    for image in session.images[:2]:
        with qtbot.waitSignal(store.ready):
            store.icon(image)
    kept = store.icon(session.images[1])
    grey = store.icon(session.images[2])
    assert store.icon(session.images[0]).cacheKey() == grey.cacheKey(), "made again when needed"
    assert kept.cacheKey() != grey.cacheKey()
