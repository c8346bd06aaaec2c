"""The look: one palette for the dark and one for the light scheme, on Qt's Fusion style.

Greys carry no tint, so that the picture's colours are judged against a neutral
surround; one accent colour means selection and focus.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one scheme, as ``#rrggbb``."""

    name: str
    window: str
    base: str
    raised: str
    text: str
    quiet_text: str
    disabled_text: str
    accent: str
    accent_text: str
    line: str
    surround: str
    warning: str

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than what it stands on."""
        return QColor(self.text).lightness() > QColor(self.window).lightness()


DARK = Theme(
    name="dark",
    window="#262626",
    base="#1e1e1e",
    raised="#363636",
    text="#e6e6e6",
    quiet_text="#a8a8a8",
    disabled_text="#7a7a7a",
    accent="#4da3ff",
    accent_text="#0b0b0b",
    line="#3f3f3f",
    surround="#1a1a1a",
    warning="#ffb454",
)
LIGHT = Theme(
    name="light",
    window="#f2f2f2",
    base="#ffffff",
    raised="#e2e2e2",
    text="#1c1c1c",
    quiet_text="#5c5c5c",
    disabled_text="#8c8c8c",
    accent="#0b65c2",
    accent_text="#ffffff",
    line="#cfcfcf",
    surround="#b9b9b9",
    warning="#8a4b00",
)


_IN_USE = "maskwright theme"
"""The application's property that names its theme: a style sheet that is set lays all out anew."""


def theme_for(application: QApplication, choice: str = "system") -> Theme:
    """The theme that a setting asks for: ``dark``, ``light`` or ``system``."""
    if choice in ("dark", "light"):
        return DARK if choice == "dark" else LIGHT
    is_light = application.styleHints().colorScheme() == Qt.ColorScheme.Light
    return LIGHT if is_light else DARK


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Give the whole program this look; nothing is done when it has it already."""
    if application.property(_IN_USE) == theme.name:
        return
    application.setProperty(_IN_USE, theme.name)
    application.setStyle("Fusion")
    application.setPalette(_palette(theme))
    application.setStyleSheet(_style_sheet(theme))


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    colors = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.base,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.warning,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.accent_text,
        role.Link: theme.accent,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.quiet_text,
        role.Light: theme.raised,
        role.Midlight: theme.raised,
        role.Mid: theme.line,
        role.Dark: theme.base,
        role.Shadow: theme.base,
        role.Accent: theme.accent,
    }
    palette = QPalette()
    for key, color in colors.items():
        palette.setColor(key, QColor(color))
    disabled = QPalette.ColorGroup.Disabled
    for key in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(disabled, key, QColor(theme.disabled_text))
    palette.setColor(disabled, role.Highlight, QColor(theme.raised))
    return palette


def _style_sheet(theme: Theme) -> str:
    return f"""
    QMainWindow::separator {{ background: {theme.base}; width: 4px; height: 4px; }}
    QDockWidget::title {{ background: {theme.window}; padding: 6px 8px; text-align: left; }}
    QToolBar {{ background: {theme.window}; border: none; spacing: 4px; padding: 4px; }}
    QToolButton {{ padding: 4px; border-radius: 4px; }}
    QToolButton:hover {{ background: {theme.raised}; }}
    QToolButton:checked {{ background: {theme.accent}; color: {theme.accent_text}; }}
    QToolButton[withArrow="true"] {{ padding-right: 18px; }}
    QToolButton[withArrow="true"]::menu-indicator {{
        subcontrol-origin: padding; subcontrol-position: center right; right: 4px; }}
    QToolButton#qt_toolbar_ext_button {{ padding: 0; background: {theme.raised}; }}
    QMainWindow > QTabBar::tab:right {{
        background: {theme.window}; padding: 6px 3px; border-right: 2px solid {theme.window};
        color: {theme.quiet_text}; }}
    QMainWindow > QTabBar::tab:right:hover {{ background: {theme.raised}; color: {theme.text}; }}
    QMainWindow > QTabBar::tab:right:selected {{
        border-right: 2px solid {theme.accent}; color: {theme.text}; }}
    QStatusBar {{ background: {theme.window}; }}
    QStatusBar::item {{ border: none; }}
    QMenuBar {{ background: {theme.window}; }}
    QMenuBar::item {{ padding: 4px 8px; }}
    QMenuBar::item:selected, QMenu::item:selected {{
        background: {theme.accent}; color: {theme.accent_text}; }}
    QListView, QTableView, QTreeView {{ border: none; background: {theme.base}; }}
    QTreeView::indicator:unchecked, QListView::indicator:unchecked,
    QTableView::indicator:unchecked, QCheckBox::indicator:unchecked {{
        border: 1px solid {theme.quiet_text}; border-radius: 2px; background: {theme.base}; }}
    QHeaderView::section {{
        background: {theme.window}; color: {theme.quiet_text}; border: none; padding: 4px 8px; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QToolTip {{ background: {theme.raised}; color: {theme.text}; border: 1px solid {theme.line};
        padding: 4px; }}
    QLabel[quiet="true"] {{ color: {theme.quiet_text}; }}
    QLabel[warning="true"] {{ color: {theme.warning}; }}
    QLabel[heading="true"] {{ font-weight: 600; }}
    """
