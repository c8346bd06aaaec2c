"""COCO files of many records, written fast."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np


def write_large_coco(path: Path, images: int, per_image: int, *, vertices: int = 23) -> Path:
    """Outlines all over pictures of 640 × 480, interleaved so that each image's are far apart."""
    chance = np.random.default_rng(0)
    angles = np.sort(chance.uniform(0, 2 * np.pi, (64, vertices)), axis=1)
    radii = chance.uniform(20, 90, (64, vertices))
    shapes = np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=2)
    pictures = [
        {
            "license": 1,
            "file_name": f"{number:012}.jpg",
            "coco_url": f"http://images.example.org/{number:012}.jpg",
            "height": 480,
            "width": 640,
            "date_captured": "2013-11-14 17:02:52",
            "id": number,
        }
        for number in range(1, images + 1)
    ]
    categories = [{"supercategory": "x", "id": n, "name": f"class {n}"} for n in range(1, 81)]
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{{"info": {{"year": 2026}}, "images": {json.dumps(pictures)}, ')
        file.write('"annotations": [')
        for number in range(images * per_image):
            outline = np.round(shapes[number % 64] + chance.uniform(100, 380, 2), 2)
            low, size = outline.min(axis=0), np.ptp(outline, axis=0)
            record = {
                "segmentation": [outline.ravel().tolist()],
                "area": float(np.round(size.prod() * 0.6, 4)),
                "iscrowd": 0,
                "image_id": number % images + 1,
                "bbox": np.round([*low, *size], 2).tolist(),
                "category_id": number % 80 + 1,
                "id": 900_000_000 + number,
            }
            file.write((", " if number else "") + json.dumps(record))
        file.write(f'], "categories": {json.dumps(categories)}}}')
    return path
