from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import tifffile
from PIL import Image

from core.document.geometry import Size
from core.errors import ReadError
from core.imaging.free_memory import PEAK_BYTES_PER_PIXEL_OF_JPEG, free_memory_bytes
from core.imaging.header import check_pixels
from core.imaging.reading import content_digest, probe_image, read_image, read_preview

WIDTH, HEIGHT = 40, 24
NEUTRAL = 128


@pytest.fixture
def picture() -> npt.NDArray[np.uint8]:
    """Smooth colours, so that JPEG changes them little, and no two corners alike."""
    x, y = np.meshgrid(np.linspace(0, 255, WIDTH), np.linspace(0, 255, HEIGHT))
    return np.stack([x, y, 255 - x], axis=2).astype(np.uint8)


def saved(image: Image.Image, path: Path, **options: Any) -> Path:
    image.save(path, **options)
    return path


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "ppm", "webp"])
def test_lossless_formats_come_as_they_are(
    tmp_path: Path, picture: npt.NDArray[np.uint8], suffix: str
) -> None:
    options = {"lossless": True} if suffix == "webp" else {}
    path = saved(Image.fromarray(picture), tmp_path / f"a.{suffix}", **options)
    result = read_image(path)
    assert np.array_equal(result, picture)
    assert result.flags.c_contiguous
    assert result.dtype == np.uint8
    assert probe_image(path) == Size(WIDTH, HEIGHT)


def test_the_name_does_not_decide_what_a_file_is(
    tmp_path: Path, picture: npt.NDArray[np.uint8]
) -> None:
    path = saved(Image.fromarray(picture), tmp_path / "really_a_png.jpg", format="PNG")
    assert np.array_equal(read_image(path), picture)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_exif_orientation_is_applied_once(
    tmp_path: Path, picture: npt.NDArray[np.uint8], orientation: int, suffix: str
) -> None:
    turn_back = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
        8: lambda a: np.rot90(a, -1),
    }
    stored = np.ascontiguousarray(turn_back[orientation](picture))
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {"exif": exif}
    if suffix == "jpg":
        options |= {"quality": 98, "subsampling": 0}
    if suffix == "webp":
        options["lossless"] = True
    path = saved(Image.fromarray(stored), tmp_path / f"turned.{suffix}", **options)
    result = read_image(path)
    assert result.shape == picture.shape
    assert np.abs(result.astype(int) - picture).max() <= 8
    assert probe_image(path) == Size(WIDTH, HEIGHT)
    preview, size = read_preview(path)
    assert size == Size(WIDTH, HEIGHT)
    assert preview.shape == picture.shape


def test_an_impossible_orientation_is_ignored(
    tmp_path: Path, picture: npt.NDArray[np.uint8]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 9
    path = saved(Image.fromarray(picture), tmp_path / "nine.png", exif=exif)
    assert np.array_equal(read_image(path), picture)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "PA"])
def test_every_mode_becomes_rgb(tmp_path: Path, picture: npt.NDArray[np.uint8], mode: str) -> None:
    suffix = "tif" if mode in ("CMYK", "PA") else "png"
    image = Image.fromarray(picture)
    image = image.convert("P").convert("PA") if mode == "PA" else image.convert(mode)
    path = saved(image, tmp_path / f"mode.{suffix}")
    expected = np.array(image.convert("RGB"))
    assert np.array_equal(read_image(path), expected)


def test_transparency_lies_over_grey_unless_nothing_else_is_left(tmp_path: Path) -> None:
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[..., 0] = 200
    pixels[:2, :, 3] = 255
    path = saved(Image.fromarray(pixels), tmp_path / "half.png")
    result = read_image(path)
    assert (result[:2] == (200, 0, 0)).all()
    assert (result[2:] == NEUTRAL).all()
    pixels[..., 3] = 0
    path = saved(Image.fromarray(pixels), tmp_path / "unused_alpha.png")
    assert (read_image(path) == (200, 0, 0)).all()


def test_sixteen_bits_are_stretched_to_what_is_there(tmp_path: Path) -> None:
    values = np.linspace(1000, 1200, WIDTH * HEIGHT).reshape(HEIGHT, WIDTH).astype(np.uint16)
    path = saved(Image.fromarray(values), tmp_path / "narrow.png")
    result = read_image(path)
    assert result.min() <= 1
    assert result.max() >= 254
    assert (np.diff(result[..., 0].astype(int).ravel()) >= 0).all()


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bit_colour_keeps_its_colours(
    tmp_path: Path, picture: npt.NDArray[np.uint8], suffix: str
) -> None:
    path = tmp_path / f"deep.{suffix}"
    deep = picture.astype(np.uint16) * 16
    if suffix == "png":
        cv2.imwrite(str(path), deep[:, :, ::-1])
    else:
        tifffile.imwrite(path, deep, photometric="rgb")
    assert np.abs(read_image(path).astype(int) - picture).max() <= 2


def test_float_with_holes_is_shown(tmp_path: Path) -> None:
    values = np.linspace(-3, 7, WIDTH * HEIGHT).reshape(HEIGHT, WIDTH).astype(np.float32)
    values[0, 0], values[0, 1], values[0, 2] = np.nan, np.inf, -np.inf
    path = tmp_path / "float.tif"
    tifffile.imwrite(path, values)
    result = read_image(path)
    assert result[0, 0].tolist() == [0, 0, 0]
    assert result[-1, -1].tolist() == [255, 255, 255]
    assert 120 < result[HEIGHT // 2, 0, 0] < 136


@pytest.mark.parametrize(
    ("shape", "planar"),
    [((HEIGHT, WIDTH, 3), "contig"), ((3, HEIGHT, WIDTH), "separate"), ((HEIGHT, WIDTH), None)],
)
@pytest.mark.parametrize("kind", [np.uint16, np.float64, np.int32])
def test_scientific_tiffs_of_every_layout_are_shown(
    tmp_path: Path, shape: tuple[int, ...], planar: str | None, kind: type[np.generic]
) -> None:
    values = np.random.default_rng(0).integers(0, 4000, shape).astype(kind)
    path = tmp_path / "plate.tif"
    color = "minisblack" if planar is None else "rgb"
    tifffile.imwrite(path, values, photometric=color, planarconfig=planar)
    assert read_image(path).shape == (HEIGHT, WIDTH, 3)
    assert probe_image(path) == Size(WIDTH, HEIGHT)
    assert read_preview(path)[1] == Size(WIDTH, HEIGHT)


def test_probing_does_not_decode(tmp_path: Path) -> None:
    path = tmp_path / "cut.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (300, 400, 3), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:5000])
    assert probe_image(path) == Size(400, 300)


def test_the_first_frame_of_an_animation_is_taken(
    tmp_path: Path, picture: npt.NDArray[np.uint8]
) -> None:
    frames = [Image.fromarray(picture), Image.fromarray(255 - picture)]
    path = tmp_path / "moving.png"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert np.array_equal(read_image(path), picture)


def large_jpeg(path: Path, width: int = 2500, height: int = 1700, **options: Any) -> Path:
    small = np.random.default_rng(1).integers(0, 255, (height // 20, width // 20, 3), np.uint8)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    return saved(Image.fromarray(np.asarray(large)), path, quality=90, **options)


def test_a_large_jpeg_is_previewed_at_a_quarter(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = large_jpeg(tmp_path / "large.jpg", exif=exif)
    preview, size = read_preview(path)
    assert size == Size(1700, 2500)
    assert preview.shape == (625, 425, 3)
    full = read_image(path)
    assert full.shape == (2500, 1700, 3)
    reduced = cv2.resize(full, (425, 625), interpolation=cv2.INTER_AREA)
    assert np.abs(reduced.astype(int) - preview).mean() < 3


@pytest.mark.parametrize("share", [0.02, 0.5, 0.999])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_breaks_off_is_refused(tmp_path: Path, share: float, progressive: bool) -> None:
    data = large_jpeg(tmp_path / "whole.jpg", 800, 600, progressive=progressive).read_bytes()
    path = tmp_path / "cut.jpg"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ReadError, match=r"cut\.jpg is damaged"):
        read_image(path)
    path.write_bytes(data[: int(len(data) * share)] + b"\0" * 5000)
    with pytest.raises(ReadError, match=r"cut\.jpg is damaged"):
        read_image(path)


def test_garbage_behind_a_whole_jpeg_does_no_harm(tmp_path: Path) -> None:
    path = large_jpeg(tmp_path / "a.jpg", 200, 100)
    expected = read_image(path)
    path.write_bytes(path.read_bytes() + b"appended by a camera")
    assert np.abs(read_image(path).astype(int) - expected).max() <= 6


@pytest.mark.parametrize("suffix", ["png", "tif", "bmp", "gif"])
def test_other_files_that_break_off_are_refused(
    tmp_path: Path, picture: npt.NDArray[np.uint8], suffix: str
) -> None:
    path = saved(Image.fromarray(picture), tmp_path / f"cut.{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ReadError, match=rf"cut\.{suffix}"):
        read_image(path)


def test_an_image_beyond_the_limit_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (30_000, 14_000)).save(path, compress_level=9)
    for read in (read_image, read_preview):
        with pytest.raises(ReadError, match="megapixels"):
            read(path)
    small = saved(Image.new("L", (100, 100)), tmp_path / "small.png")
    with pytest.raises(ReadError, match="100 × 100"):
        read_image(small, max_pixels=9_999)


def test_what_is_no_image_is_named_with_its_reason(tmp_path: Path) -> None:
    text = tmp_path / "page.jpg"
    text.write_text("<html>404</html>")
    empty = tmp_path / "empty.png"
    empty.touch()
    for path, sentence in (
        (tmp_path / "gone.png", "does not exist"),
        (tmp_path, "is a folder"),
        (text, "not an image"),
        (empty, "is empty"),
        (Path("/dev/null"), "is not a file"),
        (tmp_path / "nul\0.png", "does not exist"),
    ):
        for read in (read_image, probe_image, read_preview):
            with pytest.raises(ReadError, match=sentence):
                read(path)


def test_programs_in_the_disguise_of_images_are_not_run(tmp_path: Path) -> None:
    path = tmp_path / "drawing.png"
    path.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n")
    with pytest.raises(ReadError, match="not an image"):
        read_image(path)


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"maskwright" * 200_000)
    expected = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    assert content_digest(path) == expected
    with pytest.raises(ReadError, match="cannot be read"):
        content_digest(tmp_path / "gone")


def test_a_picture_that_the_memory_cannot_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.imaging.header.free_memory_bytes", lambda: 1_000_000_000)
    path = tmp_path / "huge.png"
    check_pixels(path, Size(1000, 1000), 10**9)
    with pytest.raises(ReadError, match=r"needs about 18\.9 GB .* 1\.0 GB are free"):
        check_pixels(path, Size(30_000, 30_000), 10**9)
    check_pixels(path, Size(10_000, 10_000), 10**9, PEAK_BYTES_PER_PIXEL_OF_JPEG)
    monkeypatch.setattr("core.imaging.header.free_memory_bytes", lambda: None)
    check_pixels(path, Size(30_000, 30_000), 10**9)


def test_the_memory_that_is_free_is_known_on_linux() -> None:
    free = free_memory_bytes()
    if not Path("/proc/meminfo").exists():
        pytest.skip("only Linux says how much memory is free")
    assert free is not None
    assert free > 1_000_000
