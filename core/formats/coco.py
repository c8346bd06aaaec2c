"""COCO, read and written: the public functions of the format in one place."""

from core.formats.coco_reading import read_coco

__all__ = ["read_coco"]
