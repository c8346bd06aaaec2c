"""Parts of a set of images for training, checking and testing; groups stay together."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping

from core.document.images import ImageRecord
from core.errors import MaskwrightError
from core.formats.export_options import Split

_PREFIX = re.compile(r"[^_\- ]+")


def split_images(images: Iterable[ImageRecord], split: Split) -> Mapping[int, str]:
    """The name of the part of each image, by its id.

    Whole groups are dealt out, large ones first, each to the part that lacks
    most images; groups of one size in an order that the seed decides. Raises
    MaskwrightError for a pattern that is none.
    """
    groups = _groups(images, _group_key(split.group))
    total = sum(map(len, groups))
    whole = sum(share for _, share in split.shares)
    wanted = {name: total * share / whole for name, share in split.shares if share > 0}
    random.Random(split.seed).shuffle(groups)  # noqa: S311 - repeatable, not secret
    groups.sort(key=len, reverse=True)
    parts: dict[int, str] = {}
    for group in groups:
        name = max(wanted, key=lambda part: wanted[part])
        wanted[name] -= len(group)
        parts.update((image.id, name) for image in group)
    return parts


def _groups(
    images: Iterable[ImageRecord], key: Callable[[ImageRecord], str]
) -> list[list[ImageRecord]]:
    """Images by key; images of the same content bring their groups together."""
    by_key: dict[str, list[ImageRecord]] = {}
    owner: dict[str, str] = {}
    by_digest: dict[str, str] = {}

    def root(name: str) -> str:
        while owner.setdefault(name, name) != name:
            owner[name] = owner[owner[name]]
            name = owner[name]
        return name

    ordered = sorted(images, key=lambda image: image.path)
    for image in ordered:
        own = root(key(image))
        if image.digest:
            owner[own] = root(by_digest.setdefault(image.digest, own))
    for image in ordered:
        by_key.setdefault(root(key(image)), []).append(image)
    return [by_key[name] for name in sorted(by_key)]


def _group_key(group: str) -> Callable[[ImageRecord], str]:
    if group == "image":
        return lambda image: image.path
    if group == "folder":
        return lambda image: image.path.rpartition("/")[0]
    if group == "prefix":
        return _prefix
    try:
        pattern = re.compile(group)
    except re.error as error:
        raise MaskwrightError(
            f"“{group}” is no pattern ({error}).",
            "Use image, folder, prefix or a regular expression.",
        ) from error

    def matched(image: ImageRecord) -> str:
        found = pattern.search(image.path)
        if found is None:
            return image.path
        return (found[1] or "") if pattern.groups else found[0]

    return matched


def _prefix(image: ImageRecord) -> str:
    found = _PREFIX.match(image.name.rpartition(".")[0] or image.name)
    return found[0] if found else image.name
