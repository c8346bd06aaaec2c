"""What a check can find: the kinds of problems, each with its words and its fix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Severity(Enum):
    """How bad it is: work may be lost; a result may be wrong; good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Kind(Enum):
    """What is wrong; the value is its name on the command line and in reports."""

    FILE_DAMAGED = "file-damaged"
    LOG_DAMAGED = "log-damaged"
    RECORDS_DAMAGED = "records-damaged"
    IMAGE_UNKNOWN = "image-unknown"
    LABEL_MISSING = "label-missing"
    LAYER_MISSING = "layer-missing"
    IMAGES_GONE = "images-gone"
    IMAGE_MISSING = "image-missing"
    IMAGE_UNREADABLE = "image-unreadable"
    IMAGE_CHANGED = "image-changed"
    NO_PIXELS = "no-pixels"
    OUTSIDE = "outside"
    OVER_EDGE = "over-edge"
    OUTLINE_OVER_EDGE = "outline-over-edge"
    SELF_CROSSING = "self-crossing"
    DUPLICATE = "duplicate"
    NEAR_DUPLICATE = "near-duplicate"
    TINY = "tiny"
    LABELS_ALIKE = "labels-alike"
    LABEL_UNUSED = "label-unused"
    SAME_PICTURE = "same-picture"


@dataclass(frozen=True, slots=True)
class KindInfo:
    """A kind in words.

    ``title`` heads a list of such problems, ``advice`` says what to do.
    ``fix`` says what the program can do, empty when it cannot; ``is_safe``
    tells whether it may without being asked for this kind by name.
    """

    severity: Severity
    title: str
    advice: str
    fix: str = ""
    is_safe: bool = False


KINDS: Mapping[Kind, KindInfo] = MappingProxyType(
    {
        Kind.FILE_DAMAGED: KindInfo(
            Severity.ERROR,
            "The project file is damaged",
            "Open a backup. Without one, back up this file: what can be read is copied.",
        ),
        Kind.LOG_DAMAGED: KindInfo(
            Severity.WARNING,
            "Steps of the edit log cannot be read",
            "Undo ends there; annotations are not affected.",
        ),
        Kind.RECORDS_DAMAGED: KindInfo(
            Severity.ERROR,
            "Annotations of an image cannot be read",
            "Take the image from a backup of the project.",
        ),
        Kind.IMAGE_UNKNOWN: KindInfo(
            Severity.ERROR,
            "Annotations belong to an image that the project does not have",
            "They are shown nowhere; take the image from a backup of the project.",
        ),
        Kind.LABEL_MISSING: KindInfo(
            Severity.ERROR,
            "Objects have a label that does not exist",
            "Make the label, then give the objects the right one.",
            "a label is made for them",
            is_safe=True,
        ),
        Kind.LAYER_MISSING: KindInfo(
            Severity.ERROR,
            "Objects are in a layer that does not exist",
            "Make the layer, so that they can be seen.",
            "a layer is made for them",
            is_safe=True,
        ),
        Kind.IMAGES_GONE: KindInfo(
            Severity.ERROR,
            "The folder of the images is not there",
            "File, The images are elsewhere now; or maskwright relocate PROJECT FOLDER.",
        ),
        Kind.IMAGE_MISSING: KindInfo(
            Severity.WARNING,
            "Image files are missing",
            "Put them back, or say where they are: File, The images are elsewhere now.",
        ),
        Kind.IMAGE_UNREADABLE: KindInfo(
            Severity.WARNING,
            "Image files cannot be read",
            "Get them anew from where they came from.",
        ),
        Kind.IMAGE_CHANGED: KindInfo(
            Severity.WARNING,
            "Image files have changed since they were annotated",
            "Look whether the objects still fit the pictures.",
        ),
        Kind.NO_PIXELS: KindInfo(
            Severity.WARNING,
            "Objects cover no pixel",
            "Delete them: no export can say them.",
            "they are deleted",
            is_safe=True,
        ),
        Kind.OUTSIDE: KindInfo(
            Severity.WARNING,
            "Objects lie outside their image",
            "Move them into the image, or delete them.",
            "they are deleted",
        ),
        Kind.OVER_EDGE: KindInfo(
            Severity.NOTE,
            "Boxes and masks reach over the edge of their image",
            "Cut them at the edge; no pixel of the image changes.",
            "they are cut at the edge",
            is_safe=True,
        ),
        Kind.OUTLINE_OVER_EDGE: KindInfo(
            Severity.NOTE,
            "Outlines reach over the edge of their image",
            "Harmless where pixels count; some programs want every corner inside the image.",
            "they are cut at the edge, where single pixels along the cut may change",
        ),
        Kind.SELF_CROSSING: KindInfo(
            Severity.WARNING,
            "Outlines cross themselves",
            "Look whether the shape is meant. The fix traces the pixels that it covers.",
            "they are traced anew, along the pixels that they cover",
        ),
        Kind.DUPLICATE: KindInfo(
            Severity.WARNING,
            "Objects are there twice, with the same label and shape",
            "Delete the copies.",
            "the copies are deleted",
            is_safe=True,
        ),
        Kind.NEAR_DUPLICATE: KindInfo(
            Severity.NOTE,
            "Objects of one label cover nearly the same pixels",
            "Look whether both are meant. The fix deletes the one behind.",
            "the ones behind are deleted",
        ),
        Kind.TINY: KindInfo(
            Severity.NOTE,
            "Objects of one or two pixels",
            "Often left over from a click; look whether they are meant.",
            "they are deleted",
        ),
        Kind.LABELS_ALIKE: KindInfo(
            Severity.NOTE,
            "Labels differ in the case of letters or in spaces only",
            "Merge them: Labels, delete one and give its objects the other.",
        ),
        Kind.LABEL_UNUSED: KindInfo(
            Severity.NOTE,
            "Labels are not used",
            "Delete them, or leave them for later.",
            "they are deleted",
        ),
        Kind.SAME_PICTURE: KindInfo(
            Severity.NOTE,
            "The same picture is there twice",
            "Keep both in one part when the set is split, or training sees what it is tested on.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. ``place`` can be found again by a person; ``detail`` is what is wrong there.

    ``image_id`` is 0 for what belongs to no image. ``fixable`` tells whether a
    fix of its kind would touch it.
    """

    kind: Kind
    place: str
    detail: str
    image_id: int = 0
    annotation_ids: tuple[int, ...] = ()
    fixable: bool = False

    @property
    def info(self) -> KindInfo:
        """The words of its kind."""
        return KINDS[self.kind]

    def __str__(self) -> str:
        return f"{self.place}: {self.detail}"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Everything that was found, worst kinds first, and how much was looked at."""

    problems: tuple[Problem, ...]
    images: int
    annotations: int

    @property
    def counts(self) -> Mapping[Kind, int]:
        """Number of problems of each kind that occurs, in the order of ``Kind``."""
        found = Counter(problem.kind for problem in self.problems)
        return MappingProxyType({kind: found[kind] for kind in Kind if kind in found})

    @property
    def worst(self) -> Severity | None:
        """The worst severity; None when nothing was found."""
        found = {problem.info.severity for problem in self.problems}
        return next((severity for severity in Severity if severity in found), None)

    @property
    def fixable_kinds(self) -> tuple[Kind, ...]:
        """Kinds of which at least one problem can be fixed."""
        found = {problem.kind for problem in self.problems if problem.fixable}
        return tuple(kind for kind in Kind if kind in found)

    @property
    def summary(self) -> str:
        """One sentence."""
        looked = f"{self.annotations} objects on {self.images} images were checked"
        if not self.problems:
            return f"{looked}; nothing is wrong."
        counts = Counter(problem.info.severity for problem in self.problems)
        words = [_counted(counts[item], item.value) for item in Severity if counts[item]]
        return f"{looked}: {', '.join(words)}."


SAFE_KINDS = frozenset(kind for kind, info in KINDS.items() if info.is_safe)
"""Kinds that are fixed without being asked for by name."""


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
