"""Open, group, propose, fix, save, come back, export and score, on real pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from PySide6.QtWidgets import QFileDialog

from core.document.mask import Mask
from core.scoring.overlap import ImageScore
from gui.dialogs.export_dialog import ExportDialog
from gui.dialogs.label_mapping_dialog import LabelMappingDialog
from tests.journeys.conftest import Play
from tests.journeys.driver import Person, wait_until
from tests.journeys.pictures import demo_reference, folder_of_pictures

COINS = ((45.0, 124.0), (335.0, 43.0), (347.0, 187.0))


class Journey:
    """What the person remembers from one sitting to the next."""

    def __init__(self, target: Path, reference: Path) -> None:
        self.target = target
        self.reference = reference
        self.masks: list[Mask] = []
        self.area_before_fix = 0
        self.score: ImageScore | None = None
        self.shown: dict[str, tuple[str, str]] = {}

    def first_sitting(self, person: Person) -> None:
        self._take_regions(person)
        self._accept_and_fix(person)
        person.key("Ctrl+Q")

    def _take_regions(self, person: Person) -> None:
        person.open_picture("coins.png")
        person.key("G")
        for number, (x, y) in enumerate(COINS, start=1):
            person.click(x, y)
            person.key("Return")
            assert len(person.mine) == number
        assert all(isinstance(item.geometry, Mask) for item in person.mine)
        for item, (x, y) in zip(person.mine, COINS, strict=True):
            assert isinstance(item.geometry, Mask)
            assert item.geometry.contains(x, y)
            assert 500 < item.geometry.area < 20_000

    def _accept_and_fix(self, person: Person) -> None:
        person.open_picture("nuclei-2.png")
        panel = person.window.panes.proposals
        panel.source.setCurrentIndex(panel.source.findData("unet-nuclei"))
        person.press(panel.run)
        wait_until(lambda: panel.list.topLevelItemCount() > 10, "proposals of the U-Net")
        person.key("F")
        person.key("F")
        person.key("C")
        assert len(person.mine) == 3
        assert {item.provenance.model for item in person.mine} == {"unet-nuclei"}
        fixed = person.mine[-1]
        self.area_before_fix = _area(person)
        edge = fixed.bounds
        person.drag((edge.right, edge.y), (edge.right + 3, edge.y + 2), (edge.right + 6, edge.y))
        assert person.mine[-1].id == fixed.id
        after = _area(person)
        assert after > self.area_before_fix
        person.key("Ctrl+Z")
        assert _area(person) == self.area_before_fix
        person.key("Ctrl+Y")
        assert _area(person) == after
        self.masks = _masks(person)

    def second_sitting(self, person: Person) -> None:
        person.wait_for_picture()
        assert person.image_name == "nuclei-2.png", "the last picture is on the screen again"
        assert [_pixels(mask) for mask in _masks(person)] == [_pixels(mask) for mask in self.masks]
        # Undo reaches back through the restart, and to another picture.
        person.key("Ctrl+Z")
        assert _area(person) == self.area_before_fix
        for _ in range(4):
            person.key("Ctrl+Z")
        assert person.image_name == "coins.png"
        assert len(person.mine) == 2
        assert "coins.png" in person.status
        for _ in range(5):
            person.key("Ctrl+Shift+Z")
        assert person.image_name == "nuclei-2.png"
        assert [_pixels(mask) for mask in _masks(person)] == [_pixels(mask) for mask in self.masks]
        self._compare(person)
        self._export(person)

    def _compare(self, person: Person) -> None:
        scores: list[ImageScore] = []
        window = person.window
        window.bench.scores.dataset_scored.connect(lambda found: scores.extend(found.images))
        with person.answering(QFileDialog, person.naming_file(self.reference)):
            person.menu("import_reference")
        # The reference of the demo knows classes of other pictures: they become labels.
        wait_until(lambda: window.findChildren(LabelMappingDialog), "the question about classes")
        window.findChildren(LabelMappingDialog)[0].accept()
        wait_until(lambda: scores, "the scores")
        image = window.bench.session.image
        assert image is not None
        self.score = next(score for score in scores if score.image_id == image.id)
        person.show_panel("scores")
        table = window.panes.scores.labels
        for row in range(table.rowCount()):
            name, iou, dice = (table.item(row, column) for column in range(3))
            assert name is not None
            assert iou is not None
            assert dice is not None
            self.shown[name.text()] = (iou.text(), dice.text())

    def _export(self, person: Person) -> None:
        def answer(dialog: ExportDialog) -> None:
            dialog.target.setText(str(self.target))
            dialog.accept()

        with person.answering(ExportDialog, answer):
            person.key("Ctrl+Shift+E")
        wait_until(self.target.exists, "the export")
        wait_until(lambda: "found equal" in person.status, "the export to be compared")


@pytest.mark.timeout(240)
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_the_whole_job_through_two_sittings(tmp_path: Path, play: Play) -> None:
    pictures = folder_of_pictures(tmp_path / "pictures", "coins.png", "cat.png", "nuclei-2.png")
    journey = Journey(tmp_path / "out.json", demo_reference(tmp_path / "reference.json"))
    assert play([pictures], journey.first_sitting) == 0
    assert (pictures / "pictures.maskwright").is_file()
    assert play([pictures], journey.second_sitting) == 0

    exported = COCO(str(journey.target))
    assert {image["file_name"] for image in exported.loadImgs(exported.getImgIds())} == {
        "coins.png",
        "cat.png",
        "nuclei-2.png",
    }
    assert len(exported.getAnnIds()) == 6
    _check_shapes(exported, journey)
    _check_scores(exported, COCO(str(journey.reference)), journey)


def _check_shapes(exported: COCO, journey: Journey) -> None:
    """pycocotools sees pixel for pixel what was on the screen."""
    records = _records(exported, "nuclei-2.png")
    drawn = {_pixels(mask) for mask in journey.masks}
    decoded = {_coordinates(exported.annToMask(record)) for record in records}
    assert decoded == drawn


def _check_scores(exported: COCO, reference: COCO, journey: Journey) -> None:
    """IoU and Dice by pycocotools and by hand, per label on the union of its masks."""
    names = {item["id"]: item["name"] for item in reference.loadCats(reference.getCatIds())}
    truth = [
        reference.annToRLE(record)
        for record in _records(reference, "nuclei-2.png")
        if names[record["category_id"]] == "nucleus"
    ]
    mine = [exported.annToRLE(record) for record in _records(exported, "nuclei-2.png")]
    one, other = coco_mask.merge(truth), coco_mask.merge(mine)
    by_pycocotools = float(coco_mask.iou([other], [one], [0])[0, 0])
    a, b = coco_mask.decode(one).astype(bool), coco_mask.decode(other).astype(bool)
    iou = (a & b).sum() / (a | b).sum()
    dice = 2 * (a & b).sum() / (a.sum() + b.sum())
    assert iou == pytest.approx(by_pycocotools)
    assert 0 < iou < 1

    assert journey.score is not None
    scored = [part for part in journey.score.per_label.values() if part.iou is not None]
    assert [part.iou for part in scored] == [pytest.approx(iou)]
    assert [part.dice for part in scored] == [pytest.approx(dice)]
    assert journey.shown["nucleus"] == (f"{iou:.3f}", f"{dice:.3f}")


def _records(coco: COCO, name: str) -> list[dict[str, Any]]:
    (image_id,) = (i["id"] for i in coco.loadImgs(coco.getImgIds()) if i["file_name"] == name)
    found: list[dict[str, Any]] = coco.loadAnns(coco.getAnnIds(imgIds=[image_id]))
    return found


def _area(person: Person) -> int:
    return sum(mask.area for mask in _masks(person))


def _masks(person: Person) -> list[Mask]:
    masks = [item.geometry for item in person.mine]
    assert all(isinstance(mask, Mask) for mask in masks)
    return [mask for mask in masks if isinstance(mask, Mask)]


def _pixels(mask: Mask) -> frozenset[tuple[int, int]]:
    rows, columns = np.nonzero(mask.crop())
    return frozenset(
        zip((rows + mask.box.top).tolist(), (columns + mask.box.left).tolist(), strict=True)
    )


def _coordinates(array: np.ndarray) -> frozenset[tuple[int, int]]:
    rows, columns = np.nonzero(array)
    return frozenset(zip(rows.tolist(), columns.tolist(), strict=True))
