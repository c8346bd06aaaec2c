"""Commands around proposals beyond deciding on one: parts, many images, classes, choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMessageBox

from core.document.mask import PixelBox
from core.formats.dataset import ReportEntry
from core.models.registry import registered_models
from core.models.specification import ModelSpec
from gui.actions import ActionEntry, ActionTable
from gui.counting import counted
from gui.dialogs.class_mapping_dialog import ClassMappingDialog
from gui.dialogs.report_dialog import ReportDialog
from gui.proposals.batch_proposals import BatchReport
from gui.proposals.proposal_options import AUTOMATIC_TILES, TILE_CHOICES
from gui.workbench import Workbench

MENU = "&Models"


class DeckCommands(QObject):
    """What the menu beside Propose offers.

    ``selected_source`` is the source that the panel has chosen, ``listed_images`` the
    images as the list is filtered, in its order.
    """

    def __init__(self, bench: Workbench, window: QMainWindow) -> None:
        super().__init__(window)
        self._bench = bench
        self._window = window
        self.selected_source: Callable[[], str] = lambda: ""
        self.listed_images: Callable[[], Sequence[int]] = lambda: ()
        bench.batch.finished.connect(self._on_batch_finished)
        bench.tools.part_chosen.connect(self._on_part_chosen)

    def propose_visible_part(self) -> None:
        """Run the chosen model on what the canvas shows."""
        box = self._bench.canvas.viewport.visible_box
        self.propose_part(PixelBox.around(box))

    def propose_part(self, part: PixelBox) -> None:
        """Run the chosen model on a part of the picture."""
        document = self._bench.session.document
        if document is None or self._chosen_model() is None:
            return
        inside = part.clipped(document.size)
        whole = (inside.width, inside.height) == (document.size.width, document.size.height)
        self._bench.proposals.propose(self.selected_source(), None if whole else inside)

    def _on_part_chosen(self, part: PixelBox) -> None:
        self._bench.tools.use("select")
        self.propose_part(part)

    def propose_on_listed(self) -> None:
        """Run the chosen model on all images of the list, in the background."""
        spec = self._chosen_model()
        image_ids = self.listed_images()
        if spec is None:
            return
        if self._bench.batch.is_running:
            self._tell("A model runs over many images already; stop it first.")
        elif not image_ids:
            self._tell("The list of images is empty.")
        elif self._agreed(spec, len(image_ids)):
            parameters = self._bench.options.parameters(spec.id)
            self._bench.batch.start(spec.id, image_ids, parameters)

    def match_classes(self) -> None:
        """Choose which labels the classes of the chosen model become."""
        source = self.selected_source()
        spec = next((spec for spec in registered_models() if spec.id == source), None)
        classes = self._classes_of(source, spec)
        if not classes:
            self._tell("This source has no classes: its proposals get the label that is active.")
            return
        dialog = ClassMappingDialog(
            source,
            spec.name if spec is not None else source,
            classes,
            self._bench.session.state.labels,
            self._bench.deck.mapping,
            self._window,
        )
        dialog.chosen.connect(self._bench.deck.use_mapping)
        dialog.show()

    def _classes_of(self, source: str, spec: ModelSpec | None) -> tuple[str, ...]:
        """The model's classes, and what it has proposed beside them."""
        image = self._bench.session.image
        found = {} if image is None else self._bench.deck.sets_of(image.id)
        seen = {
            item.label for one in found.values() if one.key.model == source for item in one.items
        }
        categories = () if spec is None else spec.categories
        others = tuple(sorted(seen - set(categories)))
        return (*categories, *others) if categories or others != ("",) else ("",)

    def _chosen_model(self) -> ModelSpec | None:
        source = self.selected_source()
        spec = next((spec for spec in registered_models() if spec.id == source), None)
        if spec is None:
            self._tell("Choose a model in the Proposals pane first.")
        return spec

    def _agreed(self, spec: ModelSpec, count: int) -> bool:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Propose on many images"))
        box.setText(
            self.tr("Run {model} on {images}?").format(
                model=spec.name, images=counted(count, "image")
            )
        )
        box.setInformativeText(
            self.tr(
                "It runs in the background and changes no annotation: what it proposes waits "
                "in the deck of each image."
            )
        )
        run = box.addButton(self.tr("Run"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is run

    def _on_batch_finished(self, report: BatchReport) -> None:
        ran = report.done - len(report.failures)
        found = f"{counted(report.proposals, 'proposal')} on {counted(ran, 'image')}"
        text = f"{report.model_name}: {found}"
        if report.known:
            text += f" ({report.known} from before)"
        text = f"{text}. {report.ended_early}".strip()
        self._tell(text)
        if report.failures:
            entries = tuple(
                ReportEntry(failure.image_name, "", failure.message, failure.hint)
                for failure in report.failures
            )
            ReportDialog(self.tr("Propose on many images"), text, entries, self._window).show()

    def _tell(self, text: str) -> None:
        self._bench.session.message_posted.emit(text)


def deck_entries(bench: Workbench, commands: DeckCommands) -> tuple[ActionEntry, ...]:
    """Further rows of the Models menu."""
    options = bench.options
    return (
        ActionEntry(
            "propose_part",
            "Propose on the &visible part",
            commands.propose_visible_part,
            ("Ctrl+Shift+Return",),
            MENU,
            separator_before=True,
        ),
        ActionEntry(
            "propose_listed",
            "Propose on all &listed images…",
            commands.propose_on_listed,
            (),
            MENU,
        ),
        ActionEntry(
            "stop_batch",
            "&Stop proposing on many images",
            bench.batch.cancel,
            (),
            MENU,
            lambda: bench.batch.is_running,
        ),
        ActionEntry(
            "sharpen",
            "S&harpen the listed result by regions",
            bench.outcomes.sharpen,
            (),
            MENU,
            separator_before=True,
        ),
        ActionEntry(
            "keep_classes",
            "&Keep the listed result as classes",
            bench.outcomes.keep_as_classes,
            (),
            MENU,
        ),
        ActionEntry(
            "match_classes",
            "&Match classes to labels…",
            commands.match_classes,
            (),
            MENU,
            separator_before=True,
        ),
        ActionEntry(
            "zoom_to_each", "&Zoom to each proposal", options.toggle_zoom, (), MENU, checkable=True
        ),
        ActionEntry(
            "run_ahead",
            "Propose ahead on the nex&t two images",
            options.toggle_ahead,
            (),
            MENU,
            checkable=True,
        ),
        ActionEntry(
            "split_classes",
            "Semantic models: an &object for every part",
            options.toggle_splitting,
            (),
            MENU,
            checkable=True,
        ),
        *(
            ActionEntry(
                f"tiles_{tile_px}",
                _tiles_text(tile_px),
                partial(options.use_tiles, tile_px),
                (),
                MENU,
                checkable=True,
                separator_before=tile_px == AUTOMATIC_TILES,
            )
            for tile_px in TILE_CHOICES
        ),
    )


def menu_of_panel(table: ActionTable) -> tuple[QAction | None, ...]:
    """What the menu beside Propose shows."""
    names = (
        "propose_part",
        "tool_part",
        "propose_listed",
        None,
        "sharpen",
        "keep_classes",
        None,
        "match_classes",
        "zoom_to_each",
        "run_ahead",
        "split_classes",
        None,
        *(f"tiles_{tile_px}" for tile_px in TILE_CHOICES),
    )
    return tuple(None if name is None else table[name] for name in names)


def show_choices(bench: Workbench, table: ActionTable) -> None:
    """Tick what is chosen, now and whenever it changes."""
    options = bench.options

    def show() -> None:
        table["zoom_to_each"].setChecked(options.zooms_to_each)
        table["run_ahead"].setChecked(options.runs_ahead)
        table["split_classes"].setChecked(options.splits_classes)
        for tile_px in TILE_CHOICES:
            table[f"tiles_{tile_px}"].setChecked(options.tile_px == tile_px)

    options.changed.connect(show)
    show()


def _tiles_text(tile_px: int) -> str:
    if tile_px == AUTOMATIC_TILES:
        return "Tiles: as large pictures need them"
    return f"Tiles: of {tile_px} px" if tile_px else "Tiles: none"
