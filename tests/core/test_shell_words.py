"""What the shell's words ask for, told before the parser of commands is loaded."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from core import cli
from core.shell_words import COMMANDS, has_display, only_open_the_window


class _NoScreens:
    def open_window(self, path: Path | None, *, demo: bool) -> int:
        raise AssertionError

    def play_demo(self, folder: Path | None) -> int:
        raise AssertionError


@pytest.fixture(autouse=True)
def display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")


def test_a_display_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert has_display()
    monkeypatch.delenv("DISPLAY")
    assert not has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert has_display()


def test_no_word_or_a_path_that_exists_only_opens_the_window(tmp_path: Path) -> None:
    assert only_open_the_window([])
    assert only_open_the_window([str(tmp_path)])


def test_all_else_is_for_the_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("export", "--help", "-x"):
        (tmp_path / name).touch()
        assert not only_open_the_window([name]), name
    assert not only_open_the_window([str(tmp_path / "missing")])
    assert not only_open_the_window(["open", str(tmp_path)])
    monkeypatch.delenv("DISPLAY")
    assert not only_open_the_window([])


def test_every_command_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[typer.Typer] = []
    make: Callable[..., typer.Typer] = typer.Typer

    def remember(**options: object) -> typer.Typer:
        found.append(make(**options))
        return found[-1]

    monkeypatch.setattr(typer, "Typer", remember)
    cli.build_command(_NoScreens())
    assert {command.name for command in found[0].registered_commands} == COMMANDS
