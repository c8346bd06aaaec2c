from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import FormatError, ReadError
from core.training.held_out import choose_held_out, read_held_out


def test_every_group_is_held_out_in_proportion() -> None:
    groups = {f"picture_{n}": "many" if n < 90 else "few" for n in range(100)}
    chosen = choose_held_out(groups, 20)
    assert sum(groups[name] == "few" for name in chosen) == 2
    assert sum(groups[name] == "many" for name in chosen) == 18


def test_the_choice_does_not_depend_on_the_order() -> None:
    groups = {f"{n}.png": "one" for n in range(50)}
    assert choose_held_out(groups, 10) == choose_held_out(dict(reversed(groups.items())), 10)


def test_the_recorded_pictures_exist(shared_data: Path) -> None:
    held_out = read_held_out()
    assert all((shared_data / "dsb2018" / "images" / name).is_file() for name in held_out.dsb2018)
    assert all((shared_data / "bccd" / "JPEGImages" / name).is_file() for name in held_out.bccd)


def test_a_missing_or_odd_record_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ReadError):
        read_held_out(tmp_path / "none.json")
    path = tmp_path / "odd.json"
    path.write_text("[]")
    with pytest.raises(FormatError, match=r"odd\.json"):
        read_held_out(path)
