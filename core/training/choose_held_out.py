"""Record which pictures are held out: ``python -m core.training.choose_held_out --data DIR``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from core.training.data import image_names, read_dsb2018
from core.training.held_out import BCCD_COUNT, DSB2018_COUNT, choose_held_out, held_out_path


def main() -> None:
    """Write ``held_out.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of dsb2018 and bccd")
    parser.add_argument("--out", type=Path, default=held_out_path())
    arguments = parser.parse_args()
    nuclei = {image.name: image.group for image in read_dsb2018(arguments.data / "dsb2018")}
    blood = dict.fromkeys(image_names(arguments.data / "bccd" / "JPEGImages"), "blood")
    record = {
        "about": "Pictures that no bundled weights were trained on.",
        "dsb2018": choose_held_out(nuclei, DSB2018_COUNT),
        "bccd": choose_held_out(blood, BCCD_COUNT),
    }
    arguments.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
