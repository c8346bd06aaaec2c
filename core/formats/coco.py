"""COCO, read and written: the public functions of the format in one place."""

from core.formats.coco_reading import read_coco
from core.formats.coco_results import read_coco_results, write_proposals
from core.formats.coco_writing import write_coco

__all__ = ["read_coco", "read_coco_results", "write_coco", "write_proposals"]
