"""The panes around the canvas: what they are, in which group, and what they ask for.

A further pane is built in ``Panes.__init__``, docked in ``_dock_all`` and wired in
a ``_connect_…`` method of its own.
"""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from core.grouping.browser import RegionBrowser
from core.tasks.queue import TaskQueue
from gui.pane_docks import DockGroup, Pane, PaneDocks
from gui.panels.attributes_panel import AttributesPanel
from gui.panels.comments_panel import CommentsPanel
from gui.panels.difference_panel import DifferencePanel
from gui.panels.display_panel import DisplayPanel
from gui.panels.image_list_model import ImageListModel
from gui.panels.images_panel import ImagesPanel
from gui.panels.labels_panel import LabelsPanel
from gui.panels.layers_panel import LayersPanel
from gui.panels.objects_panel import ObjectsPanel
from gui.panels.proposals_panel import ProposalsPanel
from gui.panels.regions_panel import RegionsPanel
from gui.panels.rpn_panel import RpnPanel
from gui.panels.scores_panel import ScoresPanel
from gui.panels.training_panel import TrainingPanel
from gui.training.automatic_training import AutomaticTraining
from gui.training.removed_labels import RemovedLabels
from gui.window_commands import WindowCommands
from gui.workbench import Workbench


class Panes(QObject):
    """The panels of one window in their docks."""

    def __init__(
        self,
        window: QMainWindow,
        bench: Workbench,
        commands: WindowCommands,
        regions: RegionsPanel,
        tasks: TaskQueue,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._bench = bench
        self._commands = commands
        self._trained = bench.training.models
        session = bench.session
        self.regions = regions
        self.image_model = ImageListModel(session, tasks, window)
        self.images = ImagesPanel(session, self.image_model, window)
        self.labels = LabelsPanel(session, window)
        self.layers = LayersPanel(session, window)
        self.objects = ObjectsPanel(session, window)
        self.scores = ScoresPanel(session, window)
        self.comments = CommentsPanel(session, tasks, window)
        self.difference = DifferencePanel(session, commands.review, window)
        self.proposals = ProposalsPanel(
            session, bench.deck, bench.runs, commands.models.sources(), window
        )
        self.rpn = RpnPanel(bench.rpn, window)
        self.display = DisplayPanel(bench.display, window)
        self.attributes = AttributesPanel(session, window)
        self.training = TrainingPanel(bench.training, window)
        self.docks = PaneDocks(window)
        self._dock_all()
        bench.image_loaded.connect(self.display.show_picture)
        self._connect_images()
        self._connect_layers()
        self._connect_workflow()
        self._connect_labels()
        self._connect_attributes()
        self._connect_scores()
        self._connect_proposals()
        self._connect_regions()
        self._connect_training()

    def bring_forward(self, name: str) -> None:
        """Show a pane by its name, such as ``scores``, in front of its neighbours."""
        self.docks.bring_forward(name)

    def _dock_all(self) -> None:
        tr = self.tr
        self.docks.place(DockGroup.PICTURES, (Pane("images", tr("Images"), self.images),))
        self.docks.place(
            DockGroup.ANNOTATIONS,
            (
                Pane("labels", tr("Labels"), self.labels),
                Pane("layers", tr("Layers"), self.layers),
                Pane("objects", tr("Objects"), self.objects),
                Pane("attributes", tr("Attributes"), self.attributes),
            ),
        )
        self.docks.place(
            DockGroup.WORK,
            (
                Pane("proposals", tr("Proposals"), self.proposals),
                Pane("regions", tr("Regions"), self.regions),
                Pane("training", tr("Training"), self.training),
                Pane("scores", tr("Scores"), self.scores),
                Pane("difference", tr("Difference"), self.difference),
                Pane("display", tr("Display"), self.display),
                Pane("comments", tr("Comments"), self.comments, at_first=False),
                Pane("rpn", tr("RPN"), self.rpn, at_first=False),
            ),
        )
        self.docks.share_out()

    def _connect_images(self) -> None:
        bench = self._bench
        bench.neighbour = self.images.neighbour
        bench.scores.dataset_scored.connect(self.images.show_scores)
        bench.scores.image_scored.connect(self.images.show_score)
        self._commands.files.images_changed.connect(self.images.refresh)
        self.images.image_chosen.connect(bench.session.show_image)
        self._commands.survey.images_chosen.connect(self.images.show_only)
        self._commands.charts.images_chosen.connect(self.images.show_only)
        self._commands.charts.object_chosen.connect(self._commands.review.go_to)

    def _connect_layers(self) -> None:
        layers = self._commands.layers
        self.layers.rename_requested.connect(layers.rename)
        self.layers.role_requested.connect(layers.set_role)
        self.layers.delete_requested.connect(layers.delete)
        self.layers.compare_requested.connect(self._compare_with)

    def _compare_with(self, layer_id: int) -> None:
        self._commands.review.watch.compare_with(layer_id)
        self.bring_forward("difference")

    def _show_comment(self, comment_id: int) -> None:
        self.bring_forward("comments")
        self.comments.point_at(comment_id)

    def _connect_workflow(self) -> None:
        comments, states = self._commands.comments, self._commands.states
        self.comments.chosen.connect(comments.go_to)
        self.comments.add_requested.connect(comments.comment_here)
        self.comments.edit_requested.connect(comments.edit)
        self.comments.settle_requested.connect(comments.settle)
        self.comments.delete_requested.connect(comments.delete)
        comments.pointed_at.connect(self._show_comment)
        states.listed = self.image_model.ids
        states.queue.changed.connect(self._show_queue)
        self.images.states_chosen.connect(states.set_states)
        self.images.suggestions_wanted.connect(states.queue.look_for_doubts)

    def _connect_labels(self) -> None:
        labels = self._commands.labels
        self.labels.label_chosen.connect(self._use_label)
        self.labels.add_requested.connect(labels.add)
        self.labels.rename_requested.connect(labels.rename)
        self.labels.recolor_requested.connect(labels.recolor)
        self.labels.keypoints_requested.connect(labels.define_keypoints)
        self.labels.relabel_requested.connect(labels.relabel)
        self.labels.delete_requested.connect(labels.delete)
        self.labels.import_requested.connect(self._commands.files.import_labels)
        self.objects.hiding_requested.connect(self._commands.objects.set_hidden)
        self.objects.zoom_requested.connect(self._commands.view.look_at)

    def _connect_attributes(self) -> None:
        panel, attributes = self.attributes, self._commands.attributes
        panel.given.connect(attributes.give)
        panel.define_requested.connect(attributes.define)
        panel.survey_requested.connect(attributes.take_from_data)
        panel.canvas_requested.connect(self._bench.canvas.setFocus)
        attributes.edit_requested.connect(self._edit_attributes)

    def _edit_attributes(self) -> None:
        self.bring_forward("attributes")
        self.attributes.focus_first()

    def _connect_scores(self) -> None:
        watch, commands = self._bench.scores, self._commands
        watch.dataset_scored.connect(self.scores.show_dataset)
        watch.image_measured.connect(self.scores.show_numbers)
        watch.image_scored.connect(self.scores.show_image)
        watch.cleared.connect(self.scores.clear)
        self.scores.image_chosen.connect(self._bench.session.show_image)
        self.scores.compare_requested.connect(watch.compare)
        self.scores.judge_requested.connect(watch.judge_by)
        self.scores.charts_requested.connect(commands.charts.show_charts)
        self.scores.refresh_requested.connect(watch.score_all)
        self.scores.save_requested.connect(commands.exports.save_scores)
        self.scores.import_requested.connect(commands.files.import_reference)

    def _connect_proposals(self) -> None:
        panel, models, proposals = self.proposals, self._commands.models, self._bench.proposals
        models.selected_source = lambda: str(panel.source.currentData())
        panel.choose(models.first_source())
        models.models_changed.connect(lambda: panel.set_sources(models.sources()))
        models.models_changed.connect(self.rpn.offer_models)
        panel.run_requested.connect(lambda _source: models.propose())
        panel.accept_requested.connect(proposals.accept_current)
        panel.reject_requested.connect(proposals.reject_current)
        panel.fix_requested.connect(proposals.fix_current)
        panel.accept_all_requested.connect(proposals.accept_all)
        proposals.pointed_at.connect(self._commands.view.show_proposal)
        deck, batch = self._commands.deck, self._bench.batch
        deck.selected_source = models.selected_source
        deck.listed_images = self.images.listed
        panel.cancel_batch_requested.connect(batch.cancel)
        batch.progressed.connect(panel.batch.show_report)
        batch.finished.connect(lambda _report: panel.batch.show_report(None))
        waiting = self._bench.waiting
        batch.proposed.connect(waiting.take)
        self._bench.deck.remembered.connect(waiting.take)
        self.image_model.count_wanted.connect(waiting.ask)
        waiting.counted.connect(self.images.show_waiting)
        self._bench.deck.changed.connect(self._show_open_proposals)
        self._bench.snap_offers.changed.connect(panel.offer_snapping)

    def _show_open_proposals(self) -> None:
        """The count beside the image on the screen is that of what is still open."""
        deck, image = self._bench.deck, self._bench.session.image
        if image is not None and deck.sets_of(image.id) and not deck.is_preparing:
            self.images.show_open(image.id, len(deck.items()))

    def _show_queue(self) -> None:
        """What fixing is worth, where there is a reference; else what training suggests."""
        queue, suggested = self._commands.states.queue, self._bench.training.suggestions
        if queue.words or not suggested:
            self.images.show_queue(queue.image_ids, queue.words)
        else:
            words = self.tr("By the last training. The first: {}.").format(suggested[0].reason)
            self.images.show_queue([item.image_id for item in suggested], words)

    def _show_suggestions(self) -> None:
        images = self._bench.session.images

        def name(image_id: int) -> str:
            return images.by_id(image_id).name if images.has(image_id) else ""

        found = [item for item in self._bench.training.suggestions if images.has(item.image_id)]
        self.training.next.show_suggestions(found, name)
        self._show_queue()

    def _connect_training(self) -> None:
        panel, commands = self.training, self._commands.training
        automatic = AutomaticTraining(
            self._bench.session, self._bench.training, commands.train, self
        )
        RemovedLabels(self._bench.session, self._bench.training, self)
        panel.automatic.setChecked(automatic.is_on)
        panel.automatic_toggled.connect(automatic.switch)
        panel.train_requested.connect(commands.train)
        panel.options_requested.connect(commands.show_options)
        panel.use_requested.connect(commands.use)
        panel.parent_model.activated.connect(
            lambda _row: commands.choose_parent(str(panel.parent_model.currentData()))
        )
        panel.models.use_requested.connect(commands.use)
        panel.models.compare_requested.connect(commands.compare)
        panel.models.carry_on_requested.connect(commands.carry_on)
        panel.models.export_requested.connect(commands.export)
        panel.models.delete_requested.connect(commands.delete)
        commands.parents_changed.connect(self._show_trained)
        commands.model_chosen.connect(self.proposals.choose)
        commands.efforts.changed.connect(panel.next.show_efforts)
        panel.next.image_chosen.connect(self._bench.session.show_image)
        self._bench.training.suggested.connect(self._show_suggestions)
        panel.set_parents(commands.parents(), commands.parent_id)

    def _show_trained(self, parents: tuple[tuple[str, str], ...], chosen: str) -> None:
        models = self._bench.training.models
        self.training.set_parents(parents, chosen)
        self.training.models.show_models(models, chosen)
        if models != self._trained:
            self._trained = models
            self._commands.models.models_changed.emit()

    def _connect_regions(self) -> None:
        self.regions.count_changed.connect(self._bench.presenter.set_superpixel_count)
        self._bench.regions.ready.connect(self._show_regions)
        self._bench.region_reach.measured.connect(self.regions.show_reach)
        self.regions.choice_changed.connect(self._bench.regions.choose)
        self.regions.refine_requested.connect(self._bench.refine_regions)
        self.regions.snap_requested.connect(self._bench.snapping.toggle)

    def _show_regions(self, _image_id: object, browser: RegionBrowser) -> None:
        self.regions.show_status(browser)

    def _use_label(self, label_id: int) -> None:
        self._bench.session.use_label(label_id)
        # The hand goes on drawing: Enter and Tab belong to the canvas again.
        self._bench.canvas.setFocus()
