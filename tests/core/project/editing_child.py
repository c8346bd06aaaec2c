"""Edits a project without end and says on stdout what it did; killed by the test.

Each line is ``TIME KIND NUMBER DIGEST``: seconds since the epoch, ``edit`` or
``draft``, the number of the step, and a hash of everything annotated.
"""

from __future__ import annotations

import random
import sys
import time
from hashlib import blake2b
from pathlib import Path

import numpy as np

from core.document.annotation import Annotation, Geometry, Provenance, new_annotation_id
from core.document.change import Change, Difference, ImageChange, MaskEdit
from core.document.document import ImageDocument
from core.document.geometry import Polygon
from core.document.mask import Mask, MaskPatch
from core.project.codec import encode_annotation
from core.project.project import Project
from core.project.records import DraftRow

SIDE = 160


def main(path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    project = Project.open(path, author="child")
    say("ready", 0, project)
    number = 0
    while True:
        number += 1
        what = chance.random()
        if what < 0.35:
            project.save_draft(DraftRow("brush", 1, f"{number}"))
            say("draft", number, project)
        else:
            with project.together():
                step(project, chance, what)
                project.set_setting("step", str(number))
                project.save_draft(None)
            say("edit", number, project)
        time.sleep(chance.random() * 0.004)


def step(project: Project, chance: random.Random, what: float) -> None:
    """One edit, undo or redo."""
    history = project.history
    document = history.document(chance.choice(project.images).id)
    if what < 0.45:
        history.undo()
    elif what < 0.5:
        history.redo()
    else:
        history.apply(random_change(document, chance))


def random_change(document: ImageDocument, chance: random.Random) -> Change:
    masks = [item for item in document.annotations.values() if isinstance(item.geometry, Mask)]
    if masks and chance.random() < 0.5:
        return stroke(document, chance.choice(masks), chance)
    if len(document.annotations) > 8:
        gone = chance.choice(list(document.annotations.values()))
        difference = Difference(removed=(gone,))
    else:
        fresh = Annotation(new_annotation_id(), 1, 1, random_shape(chance))
        difference = Difference(added=(fresh,))
    return Change.of_image("Edit", document.image_id, ImageChange(annotations=difference))


def stroke(document: ImageDocument, item: Annotation, chance: random.Random) -> Change:
    assert isinstance(item.geometry, Mask)
    patch = MaskPatch.between(item.geometry, item.geometry.united(random_mask(chance)))
    edit = MaskEdit(item.id, patch, item.provenance, Provenance("brush"), item.edited)
    return Change.of_image("Paint", document.image_id, ImageChange(mask_edits=(edit,)))


def random_shape(chance: random.Random) -> Geometry:
    if chance.random() < 0.5:
        return random_mask(chance)
    points = [(chance.uniform(0, SIDE), chance.uniform(0, SIDE)) for _ in range(5)]
    return Polygon.from_points(points)


def random_mask(chance: random.Random) -> Mask:
    noise = np.random.default_rng(chance.randrange(2**32)).random((40, 40))
    return Mask.from_array(noise > 0.4, chance.randrange(SIDE - 40), chance.randrange(SIDE - 40))


def digest(project: Project) -> str:
    """A hash of all annotations, whatever order they are kept in."""
    found = blake2b(digest_size=8)
    for image in project.images:
        document = project.history.document(image.id)
        for number in sorted(document.annotations):
            found.update(encode_annotation(document.annotations[number]))
    return found.hexdigest()


def say(kind: str, number: int, project: Project) -> None:
    sys.stdout.write(f"{time.time():.6f} {kind} {number} {digest(project)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
