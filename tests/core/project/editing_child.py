"""Edits projects without end and says on stdout what it did; killed by the test.

For each line ``PATH<TAB>SEED`` on stdin a child is forked that edits until it is
killed: importing everything takes longer than a round. The child's lines are
``TIME KIND NUMBER DIGEST``: seconds since the epoch, ``ready``, ``edit`` or
``draft``, the number of the step (its process id when it is ready), and a hash
of everything annotated. When it is gone, ``ended`` is said.
"""

from __future__ import annotations

import os
import random
import sys
import time
from hashlib import blake2b
from pathlib import Path

import numpy as np

from core.document.annotation import Annotation, Geometry, Provenance, new_annotation_id
from core.document.change import Change, Difference, ImageChange, MaskEdit
from core.document.document import ImageDocument, ImageState, ProjectState
from core.document.geometry import Polygon
from core.document.mask import Mask, PixelBox
from core.document.mask_patch import MaskPatch
from core.document.semantic import SemanticMap, SemanticPatch
from core.editing.image_state import set_image_state
from core.editing.labels import add_label
from core.project.codec import encode_annotation, encode_label
from core.project.project import Project
from core.project.records import DraftRow

SIDE = 160


def serve() -> None:
    """One child after the other."""
    for line in sys.stdin:
        path, _, seed = line.rstrip("\n").partition("\t")
        child = os.fork()
        if child == 0:
            edit_without_end(Path(path), int(seed))
        os.waitpid(child, 0)
        sys.stdout.write("ended\n")
        sys.stdout.flush()


def edit_without_end(path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    project = Project.open(path, author="child")
    say("ready", os.getpid(), project)
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
        history.apply(random_change(document, project.history.state, chance))


def random_change(document: ImageDocument, state: ProjectState, chance: random.Random) -> Change:
    """Of an object mostly; now and then of labels, the state of an image, or classes of pixels."""
    what = chance.random()
    if what < 0.06:
        return add_label(state, f"label {new_annotation_id()}")
    if what < 0.12:
        done = set_image_state(state, [document.image_id], chance.choice(list(ImageState)))
        return done if done is not None else object_change(document, chance)
    if what < 0.2:
        return semantic_change(document, chance)
    return object_change(document, chance)


def semantic_change(document: ImageDocument, chance: random.Random) -> Change:
    old = document.semantic.get(1)
    classes = np.full((SIDE, SIDE), 65534, np.uint16) if old is None else old.classes.copy()
    left, top = chance.randrange(SIDE - 20), chance.randrange(SIDE - 20)
    box = PixelBox(left, top, 20, 20)
    if old is None:
        classes[box.slices] = 1
        part = ImageChange(semantic=Difference(added=(SemanticMap(1, classes),)))
    else:
        before = classes[box.slices].copy()
        after = np.full_like(before, chance.choice((1, 65534)))
        part = ImageChange(semantic_patches=(SemanticPatch(1, box, before, after),))
    return Change.of_image("Classes", document.image_id, part)


def object_change(document: ImageDocument, chance: random.Random) -> Change:
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
    """A hash of all annotations, labels and states, whatever order they are kept in."""
    found = blake2b(digest_size=8)
    state = project.history.state
    for label_id in sorted(state.labels):
        found.update(encode_label(state.labels[label_id]))
    for image in project.images:
        document = project.history.document(image.id)
        for number in sorted(document.annotations):
            found.update(encode_annotation(document.annotations[number]))
        for layer_id in sorted(document.semantic):
            found.update(document.semantic[layer_id].digest)
        found.update(state.state_of(image.id).value.encode())
    return found.hexdigest()


def say(kind: str, number: int, project: Project) -> None:
    sys.stdout.write(f"{time.time():.6f} {kind} {number} {digest(project)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
