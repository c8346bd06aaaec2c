from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from core.project.records import DraftRow
from gui.canvas.canvas import Canvas
from gui.session import Session
from gui.tool_host import ToolHost
from gui.tools.events import Button, Command, PointerEvent, PointerKind
from gui.tools.registry import all_tools

CORNERS = ((2.0, 2.0), (30.0, 2.0), (30.0, 20.0))


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[Canvas]:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    yield canvas
    canvas.shutdown()


@pytest.fixture
def host(session: Session, canvas: Canvas) -> ToolHost:
    return ToolHost(session, canvas, all_tools(), lambda _image_id: None, "tester")


def _click(host: ToolHost, x: float, y: float) -> None:
    for kind in (PointerKind.PRESS, PointerKind.RELEASE):
        host.handle(PointerEvent(kind, x, y, Button.LEFT))


def _draft(host: ToolHost) -> None:
    host.use("polygon")
    for corner in CORNERS:
        _click(host, *corner)


def test_a_draft_is_checkpointed_soon_after_each_click(
    host: ToolHost, session: Session, qtbot: QtBot
) -> None:
    _draft(host)
    assert host.has_draft()
    qtbot.waitUntil(lambda: session.project.load_draft(1) is not None, timeout=1000)
    row = session.project.load_draft(1)
    assert row is not None
    assert row.tool == "polygon"
    assert "30.0" in row.payload


def test_finishing_takes_the_checkpoint_away(host: ToolHost, session: Session) -> None:
    _draft(host)
    host.checkpoint()
    host.command(Command.FINISH)
    assert session.project.load_draft(1) is None
    assert session.document is not None
    assert len(session.document.annotations) == 1
    assert session.project.wait_until_saved()


def test_cancelling_takes_the_checkpoint_away(
    host: ToolHost, session: Session, qtbot: QtBot
) -> None:
    _draft(host)
    host.checkpoint()
    host.command(Command.CANCEL)
    qtbot.waitUntil(lambda: session.project.load_draft(1) is None, timeout=1000)
    assert not host.has_draft()


def test_leaving_the_image_keeps_what_is_complete(host: ToolHost, session: Session) -> None:
    _draft(host)
    session.show_image(2)
    assert session.project.load_draft() is None
    assert len(session.project.history.document(1).annotations) == 1
    assert not host.has_draft()


def test_another_tool_keeps_what_is_complete(host: ToolHost, session: Session) -> None:
    used: list[str] = []
    host.tool_changed.connect(used.append)
    _draft(host)
    host.use("select")
    host.use("select")
    assert used == ["polygon", "select"]
    assert session.document is not None
    assert len(session.document.annotations) == 1


def test_a_draft_comes_back_with_its_tool(host: ToolHost, session: Session, canvas: Canvas) -> None:
    _draft(host)
    host.checkpoint()
    row = session.project.load_draft(1)
    assert row is not None
    second = Session(session.project)
    again = ToolHost(second, canvas, all_tools(), lambda _image_id: None, "tester")
    used: list[str] = []
    messages: list[str] = []
    again.tool_changed.connect(used.append)
    second.message_posted.connect(messages.append)
    second.show_image(2)
    assert not again.has_draft()
    second.show_image(1)
    assert again.has_draft()
    assert used == ["polygon"]
    assert "draft is back" in messages[-1]
    second.close()


@pytest.mark.parametrize(
    "payload", ["", "{}", "[1, 2]", '{"vertices": "x"}', '{"vertices": [[1]]}']
)
def test_a_damaged_draft_is_left_out_in_words(
    host: ToolHost, session: Session, payload: str
) -> None:
    session.project.save_draft(DraftRow("polygon", 2, payload))
    messages: list[str] = []
    session.message_posted.connect(messages.append)
    session.show_image(2)
    assert not host.has_draft()
    assert "could not be taken up" in messages[-1]


def test_a_draft_of_an_unknown_tool_is_no_harm(host: ToolHost, session: Session) -> None:
    session.project.save_draft(DraftRow("lasso", 2, "{}"))
    session.show_image(2)
    assert not host.has_draft()


def test_without_an_image_events_go_nowhere(canvas: Canvas, session: Session) -> None:
    nothing = Session(session.project)
    host = ToolHost(nothing, canvas, all_tools(), lambda _image_id: None, "tester")
    _draft(host)
    host.finish()
    assert not host.has_draft()
    nothing.close()


def test_nothing_is_drawn_while_another_picture_is_still_on_the_screen(
    session: Session, canvas: Canvas
) -> None:
    seen: set[int] = set()
    host = ToolHost(
        session,
        canvas,
        all_tools(),
        lambda _image_id: None,
        "tester",
        is_shown=lambda image_id: image_id in seen,
    )
    _draft(host)
    assert not host.has_draft()
    seen.add(1)
    _draft(host)
    assert host.has_draft()
