from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import ReadError
from core.imaging.folders import find_images


def touched(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_images_come_in_natural_order_with_posix_paths(tmp_path: Path) -> None:
    touched(tmp_path, "img10.jpg", "img9.JPG", "IMG1.png", "b/2.tif", "b/10.tif", "notes.txt")
    assert find_images(tmp_path) == ("b/2.tif", "b/10.tif", "IMG1.png", "img9.JPG", "img10.jpg")


def test_hidden_files_and_folders_named_like_images_are_left_out(tmp_path: Path) -> None:
    touched(tmp_path, ".hidden.jpg", "._a.jpg", ".cache/b.png", "a.jpg")
    (tmp_path / "folder.png").mkdir()
    touched(tmp_path, "folder.png/inside.png")
    assert find_images(tmp_path) == ("a.jpg", "folder.png/inside.png")


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    touched(tmp_path, "a/x.png")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "a")
    (tmp_path / "broken.png").symlink_to(tmp_path / "nowhere.png")
    assert len(find_images(tmp_path)) == 1


def test_names_that_are_no_text_are_left_out(tmp_path: Path) -> None:
    touched(tmp_path, "good.png")
    try:
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff.png"))).touch()
    except OSError:
        pytest.skip("this file system takes only names that are text")
    assert find_images(tmp_path) == ("good.png",)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="gone"):
        find_images(tmp_path / "gone")
    touched(tmp_path, "file.png")
    with pytest.raises(ReadError, match=r"file\.png"):
        find_images(tmp_path / "file.png")
