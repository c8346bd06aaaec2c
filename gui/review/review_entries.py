"""The rows of the action table about models, review and help."""

from __future__ import annotations

from functools import partial

from gui.actions import ActionEntry
from gui.dialogs.help_dialogs import HelpDialogs
from gui.pictures.view_commands import ViewCommands
from gui.proposals.model_commands import ModelCommands
from gui.workbench import Workbench


def model_entries(bench: Workbench, models: ModelCommands) -> tuple[ActionEntry, ...]:
    """Rows of the Models menu."""
    menu = "&Models"
    return (
        ActionEntry("propose", "&Propose on this image", models.propose, ("Ctrl+Return",), menu),
        ActionEntry("cancel_models", "&Cancel running models", bench.runs.cancel_all, (), menu),
        ActionEntry("models", "&All models…", models.show_models, (), menu),
        ActionEntry("weights", "Choose a &weights file…", models.choose_weights, (), menu),
        ActionEntry("doctor", "&Device and models…", models.show_device, (), menu),
    )


def review_entries(bench: Workbench, view: ViewCommands) -> tuple[ActionEntry, ...]:
    """Rows of the Review menu."""
    menu = "&Review"
    return (
        ActionEntry("accept", "&Accept proposal", bench.proposals.accept_current, ("F",), menu),
        ActionEntry("reject", "&Reject proposal", bench.proposals.reject_current, ("X",), menu),
        ActionEntry("fix", "&Fix proposal", bench.proposals.fix_current, ("C",), menu),
        ActionEntry(
            "accept_all", "Accept all &visible", bench.proposals.accept_all, ("Shift+F",), menu
        ),
        ActionEntry(
            "next_proposal",
            "Next proposal",
            partial(view.walk_proposals, 1),
            ("Tab",),
            menu,
            canvas_only=True,
        ),
        ActionEntry(
            "previous_proposal",
            "Previous proposal",
            partial(view.walk_proposals, -1),
            ("Shift+Tab", "Backtab"),
            menu,
            canvas_only=True,
        ),
        ActionEntry(
            "bring_back", "Bring rejected ones back", bench.deck.bring_back_rejected, (), menu
        ),
        ActionEntry("score_all", "Score all images", view.show_scores, ("F9",), menu),
    )


def help_entries(dialogs: HelpDialogs) -> tuple[ActionEntry, ...]:
    """Rows of the Help menu."""
    menu = "&Help"
    return (
        ActionEntry("keys", "&Keys", dialogs.show_keys, ("F1",), menu),
        ActionEntry("change_keys", "&Change keys…", dialogs.change_keys, (), menu),
        ActionEntry("palette", "&Find a command…", dialogs.show_palette, ("Ctrl+K",), menu),
        ActionEntry("log", "Where is the &log?", dialogs.show_log_place, (), menu),
        ActionEntry("about", "&About Maskwright", dialogs.show_about, (), menu),
    )
