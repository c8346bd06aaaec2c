"""What the menus and panes of one window can ask for, built together."""

from __future__ import annotations

from dataclasses import dataclass

from gui.dialogs.help_dialogs import HelpDialogs
from gui.files.export_commands import ExportCommands
from gui.files.file_commands import FileCommands
from gui.files.project_commands import ProjectCommands
from gui.objects.attribute_commands import AttributeCommands
from gui.objects.label_commands import LabelCommands
from gui.objects.layer_commands import LayerCommands
from gui.objects.object_commands import ObjectCommands
from gui.pictures.display_commands import DisplayCommands
from gui.pictures.picture_limit import PictureLimit
from gui.pictures.split_view import SplitView
from gui.pictures.view_commands import ViewCommands
from gui.proposals.deck_commands import DeckCommands
from gui.proposals.model_commands import ModelCommands
from gui.review.chart_commands import ChartCommands
from gui.review.comment_commands import CommentCommands
from gui.review.image_state_commands import ImageStateCommands
from gui.review.review_commands import ReviewCommands
from gui.review.survey_commands import SurveyCommands
from gui.training.training_commands import TrainingCommands


@dataclass(frozen=True, slots=True)
class WindowCommands:
    """The groups of commands of one window, a member for each menu or concern."""

    files: FileCommands
    exports: ExportCommands
    project: ProjectCommands
    labels: LabelCommands
    models: ModelCommands
    deck: DeckCommands
    view: ViewCommands
    display: DisplayCommands
    split: SplitView
    picture_limit: PictureLimit
    review: ReviewCommands
    charts: ChartCommands
    comments: CommentCommands
    states: ImageStateCommands
    survey: SurveyCommands
    layers: LayerCommands
    help: HelpDialogs
    attributes: AttributeCommands
    objects: ObjectCommands
    training: TrainingCommands
