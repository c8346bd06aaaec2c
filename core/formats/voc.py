"""Pascal VOC, read and written: the public functions of the format in one place."""

from core.formats.voc_reading import read_voc
from core.formats.voc_writing import write_voc

__all__ = ["read_voc", "write_voc"]
