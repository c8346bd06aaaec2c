from importlib.resources import files

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPalette
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from gui.icons import icon
from gui.tools.registry import tool_infos


def pixels(found: QIcon, mode: QIcon.Mode, state: QIcon.State, side: int) -> np.ndarray:
    image = found.pixmap(QSize(side, side), mode, state).toImage()
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4).copy()


@pytest.fixture
def palette(qapp: QApplication) -> QPalette:
    found = QPalette()
    group, role = QPalette.ColorGroup, QPalette.ColorRole
    found.setColor(group.All, role.ButtonText, QColor(10, 200, 30))
    found.setColor(group.Disabled, role.ButtonText, QColor(90, 91, 92))
    found.setColor(group.All, role.HighlightedText, QColor(250, 251, 252))
    return found


@pytest.mark.parametrize(
    ("mode", "state", "color"),
    [
        (QIcon.Mode.Normal, QIcon.State.Off, (10, 200, 30)),
        (QIcon.Mode.Active, QIcon.State.Off, (10, 200, 30)),
        (QIcon.Mode.Normal, QIcon.State.On, (250, 251, 252)),
        (QIcon.Mode.Selected, QIcon.State.Off, (250, 251, 252)),
        (QIcon.Mode.Disabled, QIcon.State.Off, (90, 91, 92)),
        (QIcon.Mode.Disabled, QIcon.State.On, (90, 91, 92)),
    ],
)
def test_an_icon_has_the_colour_of_what_its_button_is(
    palette: QPalette, mode: QIcon.Mode, state: QIcon.State, color: tuple[int, int, int]
) -> None:
    found = pixels(icon("plus", palette), mode, state, 24)

    assert found.shape == (24, 24, 4)
    assert tuple(found[12, 12]) == (*color, 255)
    assert found[2, 2, 3] == 0, "the ground shines through"


def test_lines_on_the_grid_are_sharp(palette: QPalette) -> None:
    alpha = pixels(icon("plus", palette), QIcon.Mode.Normal, QIcon.State.Off, 24)[..., 3]

    assert set(np.unique(alpha)) == {0, 255}
    assert alpha[11:13, 5:19].all()
    assert alpha.astype(bool).sum() == 2 * 2 * 14 - 4


def test_every_file_is_a_picture_on_the_same_grid(qapp: QApplication) -> None:
    shapes = [item for item in (files("resources") / "icons").iterdir() if item.name[-4:] == ".svg"]

    assert len(shapes) > 20
    for shape in shapes:
        drawn = QSvgRenderer(shape.read_bytes())
        assert drawn.isValid(), shape.name
        assert drawn.viewBox().getRect() == (0, 0, 24, 24), shape.name


def test_every_tool_has_an_icon_of_its_own(palette: QPalette) -> None:
    drawn = {
        pixels(icon(info.icon, palette), QIcon.Mode.Normal, QIcon.State.Off, 24).tobytes()
        for info in tool_infos()
    }

    assert len(drawn) == len(tool_infos())
