from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from gui.theme import DARK, LIGHT, Theme, apply_theme, theme_for

READABLE = 4.5
VISIBLE = 3.0


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4)


def _channels(color: str) -> tuple[int, int, int]:
    found = QColor(color)
    return found.red(), found.green(), found.blue()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("text", "window"),
        ("text", "base"),
        ("text", "raised"),
        ("quiet_text", "window"),
        ("quiet_text", "base"),
        ("accent_text", "accent"),
        ("warning", "window"),
    ],
)
def test_text_can_be_read(theme: Theme, text: str, ground: str) -> None:
    assert contrast(getattr(theme, text), getattr(theme, ground)) >= READABLE


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_focus_can_be_seen(theme: Theme) -> None:
    assert contrast(theme.accent, theme.window) >= VISIBLE


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_what_surrounds_the_picture_has_no_tint(theme: Theme) -> None:
    for color in (theme.surround, theme.window, theme.base, theme.raised):
        assert len(set(_channels(color))) == 1


def test_dark_is_dark() -> None:
    assert DARK.is_dark
    assert not LIGHT.is_dark


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    palette, sheet = qapp.palette(), qapp.styleSheet()
    yield qapp
    qapp.setPalette(palette)
    qapp.setStyleSheet(sheet)


def test_a_choice_is_followed(application: QApplication) -> None:
    assert theme_for(application, "dark") is DARK
    assert theme_for(application, "light") is LIGHT
    assert theme_for(application, "system") in (DARK, LIGHT)
    assert theme_for(application, "nonsense") in (DARK, LIGHT)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_whole_program_gets_the_look(application: QApplication, theme: Theme) -> None:
    apply_theme(application, theme)
    assert application.palette().window().color().name() == theme.window
    assert application.palette().windowText().color().name() == theme.text
