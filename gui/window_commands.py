"""What the menus and panes of one window can ask for, built together."""

from __future__ import annotations

from dataclasses import dataclass

from gui.attribute_commands import AttributeCommands
from gui.chart_commands import ChartCommands
from gui.comment_commands import CommentCommands
from gui.deck_commands import DeckCommands
from gui.dialogs.help_dialogs import HelpDialogs
from gui.display_commands import DisplayCommands
from gui.export_commands import ExportCommands
from gui.file_commands import FileCommands
from gui.image_state_commands import ImageStateCommands
from gui.label_commands import LabelCommands
from gui.layer_commands import LayerCommands
from gui.model_commands import ModelCommands
from gui.object_commands import ObjectCommands
from gui.picture_limit import PictureLimit
from gui.project_commands import ProjectCommands
from gui.review_commands import ReviewCommands
from gui.split_view import SplitView
from gui.survey_commands import SurveyCommands
from gui.training.training_commands import TrainingCommands
from gui.view_commands import ViewCommands


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
