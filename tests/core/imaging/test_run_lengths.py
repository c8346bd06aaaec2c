from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pycocotools.mask as coco_mask
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.document.geometry import Size
from core.document.mask import BoolArray, Mask
from core.imaging.reading import read_image
from core.imaging.run_lengths import counts_of_mask, decode, encode, expand_text
from tests.core.imaging.shapes import coco_pixels, pixel_arrays

SIZE = Size(4, 3)


def size_of(pixels: BoolArray) -> Size:
    return Size(pixels.shape[1], pixels.shape[0])


@given(pixel_arrays())
def test_text_is_that_of_pycocotools(pixels: BoolArray) -> None:
    expected = coco_mask.encode(np.asfortranarray(pixels.astype(np.uint8)))
    result = encode(Mask.from_array(pixels), size_of(pixels))
    assert result == {"size": expected["size"], "counts": expected["counts"].decode()}


@given(pixel_arrays())
def test_every_written_form_is_read_back(pixels: BoolArray) -> None:
    mask, size = Mask.from_array(pixels), size_of(pixels)
    rle = encode(mask, size)
    shape = [size.height, size.width]
    text = rle["counts"].encode()
    assert decode(rle, size) == mask
    assert decode({"size": shape, "counts": text}, size) == mask
    assert decode({"size": shape, "counts": str(text)}, size) == mask
    plain = counts_of_mask(mask, size).tolist()
    assert decode({"size": shape, "counts": plain}, size) == mask
    assert decode({"size": shape, "counts": [float(count) for count in plain]}, size) == mask


def test_large_counts_survive() -> None:
    size = Size(20_000, 15_000)
    mask = Mask.from_array(np.ones((2, 3), np.bool_), 19_990, 14_000)
    assert decode(encode(mask, size), size) == mask


def test_pixels_outside_of_the_image_are_cut_off() -> None:
    mask = Mask.from_array(np.ones((3, 3), np.bool_), 2, 1)
    assert decode(encode(mask, SIZE), SIZE) == mask.clipped(SIZE)


@pytest.mark.parametrize(
    ("rle", "sentence"),
    [
        ({"counts": [12]}, "need a size"),
        ({"size": [3], "counts": [12]}, "need a size"),
        ({"size": "34", "counts": [12]}, "need a size"),
        ({"size": ["3", "4"], "counts": [12]}, "two whole numbers"),
        ({"size": [True, 4], "counts": [4]}, "two whole numbers"),
        ({"size": [4, 3], "counts": [12]}, "the image has 3 and 4"),
        ({"size": [10**9, 10**9], "counts": [12]}, "the image has 3 and 4"),
        ({"size": [3, 4]}, "neither text nor a list"),
        ({"size": [3, 4], "counts": None}, "neither text nor a list"),
        ({"size": [3, 4], "counts": []}, "empty"),
        ({"size": [3, 4], "counts": ""}, "empty"),
        ({"size": [3, 4], "counts": [11]}, "do not add up"),
        ({"size": [3, 4], "counts": [6, 7]}, "do not add up"),
        ({"size": [3, 4], "counts": [13, -1]}, "negative"),
        ({"size": [3, 4], "counts": [6.5, 5.5]}, "not a whole number"),
        ({"size": [3, 4], "counts": [float("nan")]}, "not a whole number"),
        ({"size": [3, 4], "counts": [float("inf")]}, "not a whole number"),
        ({"size": [3, 4], "counts": [10**400]}, "larger than any image"),
        ({"size": [3, 4], "counts": [2**63, 2**63]}, "larger than any image"),
        ({"size": [3, 4], "counts": ["12"]}, "not a number"),
        ({"size": [3, 4], "counts": [True, 11]}, "not a number"),
        ({"size": [3, 4], "counts": "6"}, "do not add up"),
        ({"size": [3, 4], "counts": "P"}, "break off"),
        ({"size": [3, 4], "counts": "PPPPPPPPPPPP0"}, "too large"),
        ({"size": [3, 4], "counts": "A!"}, "character"),
        ({"size": [3, 4], "counts": "Aé"}, "character"),
    ],
)
def test_wrong_run_lengths_are_refused_with_a_sentence(
    rle: Mapping[str, object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        decode(rle, SIZE)


@given(st.text(alphabet=[chr(code) for code in range(45, 115)], max_size=12))
def test_random_text_is_read_or_refused(text: str) -> None:
    try:
        mask = decode({"size": [3, 4], "counts": text}, SIZE)
    except ValueError:
        return
    assert mask.clipped(SIZE) == mask
    kept = coco_pixels({"size": [3, 4], "counts": text.encode()})
    assert np.array_equal(kept, mask.to_array(SIZE))


def test_images_beyond_the_counters_of_the_c_code_are_refused() -> None:
    with pytest.raises(ValueError, match="too large for run lengths"):
        encode(Mask.empty(), Size(70_000, 70_000))


def test_expanded_text_is_what_coco_documents() -> None:
    assert expand_text(b"13").tolist() == [1, 3]


def test_the_exact_mask_of_the_development_data(shared_data: Path) -> None:
    folder = shared_data / "formats" / "crafted_from_reports"
    truth = read_image(folder / "truth_hole_parts.png")[:, :, 0] > 0
    for name in ("coco_truth_rle_list.json", "coco_truth_rle_string.json"):
        content = json.loads((folder / name).read_text(encoding="utf-8"))
        mask = decode(content["annotations"][0]["segmentation"], size_of(truth))
        assert mask.area == 12_900
        assert np.array_equal(mask.to_array(size_of(truth)), truth)
