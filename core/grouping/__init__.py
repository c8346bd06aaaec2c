"""Superpixels and the region hierarchy: grouping without a model or a network."""

from core.grouping.build import build_hierarchy
from core.grouping.superpixel_methods import superpixels

__all__ = ["build_hierarchy", "superpixels"]
