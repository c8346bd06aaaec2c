"""The rows of the action table for a window with an open project."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gui.actions import ActionEntry
from gui.files.project_commands import project_entries
from gui.objects.label_commands import LabelCommands
from gui.objects.object_entries import object_entries
from gui.objects.shape_commands import shape_entries
from gui.pictures.display_commands import display_entries
from gui.pictures.picture_limit import limit_entries
from gui.pictures.split_view import split_entries
from gui.proposals.deck_commands import deck_entries
from gui.regions.region_entries import region_entries
from gui.review.review_entries import help_entries, model_entries, review_entries
from gui.tools.events import Command
from gui.tools.registry import tool_infos
from gui.window_commands import WindowCommands
from gui.workbench import Workbench


def action_entries(bench: Workbench, commands: WindowCommands) -> tuple[ActionEntry, ...]:
    """Everything a person can do, in the order of the menus."""
    return (
        *_file_entries(bench, commands),
        *_edit_entries(bench),
        *object_entries(bench, commands.objects, commands.attributes),
        *_label_entries(bench, commands.labels),
        *_view_entries(bench, commands),
        *_tool_entries(bench),
        *region_entries(bench),
        *shape_entries(bench),
        *model_entries(bench, commands.models),
        *deck_entries(bench, commands.deck),
        *review_entries(bench, commands.view),
        *help_entries(commands.help),
    )


def _file_entries(bench: Workbench, commands: WindowCommands) -> tuple[ActionEntry, ...]:
    menu = "&File"
    files, exports, project = commands.files, commands.exports, commands.project
    writable = _writable(bench)
    return (
        ActionEntry("open_folder", "&Open folder…", files.open_folder, ("Ctrl+O",), menu),
        ActionEntry(
            "open_file", "Open annotations or &project…", files.open_file, ("Ctrl+Shift+O",), menu
        ),
        ActionEntry("open_demo", "Open the &demo project", files.open_demo, (), menu),
        ActionEntry(
            "import_reference",
            "Import a &reference…",
            files.import_reference,
            (),
            menu,
            writable,
            separator_before=True,
        ),
        ActionEntry(
            "import_predictions",
            "Import predic&tions…",
            files.import_predictions,
            (),
            menu,
            writable,
        ),
        ActionEntry(
            "import_labels", "Import &label names…", files.import_labels, (), menu, writable
        ),
        ActionEntry("rescan", "Look for new or &missing images", files.rescan, ("F5",), menu),
        ActionEntry(
            "export", "&Export…", exports.export, ("Ctrl+Shift+E",), menu, separator_before=True
        ),
        ActionEntry("save_scores", "Save &scores…", exports.save_scores, (), menu),
        *project_entries(bench, project),
        *limit_entries(commands.picture_limit),
        ActionEntry("author", "&Your name…", files.ask_author, (), menu),
        ActionEntry("quit", "&Quit", files.quit, ("Ctrl+Q",), menu, separator_before=True),
    )


def _edit_entries(bench: Workbench) -> tuple[ActionEntry, ...]:
    menu = "&Edit"
    history = bench.session.project.history
    selected = partial(_has_selection, bench)
    return (
        ActionEntry(
            "undo",
            "&Undo",
            bench.undo,
            ("Ctrl+Z",),
            menu,
            lambda: (
                history.next_undo is not None
                or bench.tools.has_draft()
                or bench.region_edits.can_undo
            ),
        ),
        ActionEntry(
            "redo",
            "&Redo",
            bench.redo,
            ("Ctrl+Shift+Z", "Ctrl+Y"),
            menu,
            lambda: history.next_redo is not None or bench.region_edits.can_redo,
        ),
        ActionEntry(
            "delete",
            "&Delete",
            partial(bench.tools.command, Command.DELETE),
            ("Del",),
            menu,
            selected,
            separator_before=True,
        ),
        ActionEntry(
            "duplicate", "Dupl&icate", bench.selection.duplicate, ("Ctrl+D",), menu, selected
        ),
        ActionEntry("copy", "&Copy", bench.selection.copy, ("Ctrl+C",), menu, selected),
        ActionEntry("paste", "&Paste", bench.selection.paste, ("Ctrl+V",), menu),
        ActionEntry("select_all", "Select &all", bench.selection.select_all, ("Ctrl+A",), menu),
        ActionEntry("lock", "&Lock or unlock", bench.selection.toggle_lock, ("L",), menu, selected),
        ActionEntry(
            "nudge_left",
            "Move left",
            partial(bench.selection.nudge, -1, 0),
            ("Left",),
            canvas_only=True,
        ),
        ActionEntry(
            "nudge_right",
            "Move right",
            partial(bench.selection.nudge, 1, 0),
            ("Right",),
            canvas_only=True,
        ),
        ActionEntry(
            "nudge_up", "Move up", partial(bench.selection.nudge, 0, -1), ("Up",), canvas_only=True
        ),
        ActionEntry(
            "nudge_down",
            "Move down",
            partial(bench.selection.nudge, 0, 1),
            ("Down",),
            canvas_only=True,
        ),
    )


def _label_entries(bench: Workbench, labels: LabelCommands) -> tuple[ActionEntry, ...]:
    numbers = tuple(
        ActionEntry(
            f"label_{number}",
            f"Label {number}",
            partial(bench.selection.use_label_number, number),
            (str(number),),
        )
        for number in range(1, 10)
    )
    new = ActionEntry(
        "new_label",
        "&New label…",
        labels.add,
        ("Ctrl+L",),
        "&Edit",
        _writable(bench),
        separator_before=True,
    )
    relabel = ActionEntry(
        "relabel", "Relabel or merge labels…", labels.relabel, (), "&Edit", _writable(bench)
    )
    keypoints = ActionEntry(
        "keypoints",
        "Keypoints of the label…",
        labels.define_keypoints,
        (),
        "&Edit",
        _writable(bench),
    )
    pick = ActionEntry("pick_label", "C&hoose a label…", labels.pick, ("Ctrl+E",), "&Edit")
    return (new, pick, relabel, keypoints, *numbers)


def _view_entries(bench: Workbench, commands: WindowCommands) -> tuple[ActionEntry, ...]:
    menu, view = "&View", commands.view
    return (
        ActionEntry("next", "&Next image", partial(bench.go, 1), ("D",), menu),
        ActionEntry("previous", "&Previous image", partial(bench.go, -1), ("A",), menu),
        ActionEntry(
            "fit", "&Fit the image", bench.canvas.fit, ("Ctrl+F",), menu, separator_before=True
        ),
        ActionEntry("actual", "&100 %", partial(bench.canvas.set_scale, 1.0), ("Ctrl+0",), menu),
        ActionEntry("zoom_in", "Zoom &in", partial(view.zoom, 1.25), ("Ctrl+=", "Ctrl++"), menu),
        ActionEntry("zoom_out", "Zoom &out", partial(view.zoom, 0.8), ("Ctrl+-",), menu),
        ActionEntry(
            "zoom_selection", "Zoom to &selection", view.zoom_to_selection, ("Ctrl+2",), menu
        ),
        *display_entries(commands.display),
        *split_entries(commands.split),
        ActionEntry("superpixels", "Superpixels", view.toggle_superpixels, ("U",), menu),
        ActionEntry(
            "canvas_only",
            "Canvas only",
            view.toggle_canvas_only,
            ("F11",),
            menu,
            separator_before=True,
        ),
        ActionEntry("next_pane", "Next pane", view.focus_next_pane, ("F6",), menu),
        ActionEntry("theme_dark", "Dark theme", partial(view.set_theme, "dark"), (), menu),
        ActionEntry("theme_light", "Light theme", partial(view.set_theme, "light"), (), menu),
        ActionEntry(
            "theme_system", "Theme of the system", partial(view.set_theme, "system"), (), menu
        ),
    )


def _tool_entries(bench: Workbench) -> tuple[ActionEntry, ...]:
    menu, tools = "&Tools", bench.tools
    entries = tuple(
        ActionEntry(
            f"tool_{info.name}",
            info.title,
            partial(tools.use, info.name),
            info.keys,
            menu,
            checkable=True,
            tip=info.hint,
        )
        for info in tool_infos()
    )
    return (
        *entries,
        ActionEntry(
            "finish",
            "&Finish",
            partial(tools.command, Command.FINISH),
            ("Return", "Enter", "N"),
            menu,
            separator_before=True,
            canvas_only=True,
        ),
        ActionEntry(
            "cancel",
            "&Cancel",
            partial(tools.command, Command.CANCEL),
            ("Esc",),
            menu,
            canvas_only=True,
        ),
        ActionEntry(
            "drop_last",
            "Take the last point back",
            partial(tools.command, Command.DROP_LAST),
            ("Backspace",),
            menu,
            canvas_only=True,
        ),
        ActionEntry("step_down", "Smaller", partial(tools.step, -1), ("[",), menu),
        ActionEntry("step_up", "Larger", partial(tools.step, 1), ("]",), menu),
    )


def _has_selection(bench: Workbench) -> bool:
    return bool(bench.session.selection)


def _writable(bench: Workbench) -> Callable[[], bool]:
    return lambda: not bench.session.project.read_only
