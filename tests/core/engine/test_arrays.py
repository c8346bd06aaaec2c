from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from core.engine.arrays import ArrayFolder, ArrayPack, ArrayPlace, PackReader, remove_abandoned

SHAPES = arrays_of.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=9)
ARRAYS = st.one_of(arrays_of.arrays(np.uint8, SHAPES), arrays_of.arrays(np.float64, SHAPES))


@settings(max_examples=60)
@given(items=st.lists(ARRAYS, max_size=6), mapped=st.booleans())
def test_what_is_packed_comes_out_equal_and_read_only(
    tmp_path_factory: pytest.TempPathFactory, items: list[np.ndarray], mapped: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "pack.arrays"
    pack = ArrayPack()
    places = [pack.add(item) for item in items]
    pack.write(path)
    reader = PackReader.mapped(path) if mapped else PackReader.loaded(path)
    for item, place in zip(items, places, strict=True):
        taken = reader.take(place)
        assert taken.dtype == item.dtype
        assert taken.shape == item.shape
        assert taken.tobytes() == item.tobytes()
        assert not taken.flags.writeable


def test_a_file_is_gone_once_it_is_mapped_and_still_readable(tmp_path: Path) -> None:
    image = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)[:, ::-1]
    pack = ArrayPack()
    place = pack.add(image)
    pack.write(tmp_path / "image.arrays")
    reader = PackReader.mapped(tmp_path / "image.arrays")
    assert list(tmp_path.iterdir()) == []
    assert np.array_equal(reader.take(place), image)


@pytest.mark.parametrize(
    "place",
    [
        ArrayPlace(0, "|u1", (1000,)),
        ArrayPlace(-1, "|u1", (1,)),
        ArrayPlace(0, "|O", (1,)),
        ArrayPlace(0, "|u1", (-1,)),
        ArrayPlace(999, "|u1", (1,)),
    ],
)
def test_a_place_outside_the_file_is_refused(tmp_path: Path, place: ArrayPlace) -> None:
    pack = ArrayPack()
    pack.add(np.zeros(10, np.uint8))
    pack.write(tmp_path / "a.arrays")
    reader = PackReader.loaded(tmp_path / "a.arrays")
    with pytest.raises(ValueError, match=r"\S"):
        reader.take(place)


def test_a_folder_is_private_and_removed_with_all_in_it(tmp_path: Path) -> None:
    folder = ArrayFolder(tmp_path)
    assert folder.path.stat().st_mode & 0o077 == 0
    (folder.path / "left.arrays").write_bytes(b"1")
    folder.clear()
    assert not (folder.path / "left.arrays").exists()
    (folder.path / "left.arrays").write_bytes(b"1")
    folder.close()
    assert list(tmp_path.iterdir()) == []


def test_only_folders_without_an_owner_are_swept(tmp_path: Path) -> None:
    folder = ArrayFolder(tmp_path)
    abandoned = tmp_path / "maskwright-engine-old"
    abandoned.mkdir()
    (abandoned / "owner.lock").touch()
    (abandoned / "image-1.arrays").write_bytes(b"1")
    just_made = tmp_path / "maskwright-engine-new"
    just_made.mkdir()
    remove_abandoned(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([folder.path, just_made])
    folder.close()
