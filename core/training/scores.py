"""How good a model is on held-out images, and whether it replaces its parent. No torch."""

from __future__ import annotations

from dataclasses import dataclass

from core.training.recipe import Task

LEAST_GAIN = 0.005
LARGEST_LOSS_OF_OLD = 0.05
_ABOVE_TRIVIAL = 0.02
LEAST_TO_BE_USED = 0.05
"""Of a detector; below it nothing worth looking at is proposed, however bad the old one was."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over held-out images; None where the truth does not say.

    ``dice`` of the foreground, ``miou`` over classes and background, ``ap`` and
    ``f1`` of objects at IoU 0.5. ``trivial`` is the Dice of calling every pixel
    an object.
    """

    images: int
    dice: float | None = None
    miou: float | None = None
    ap: float | None = None
    f1: float | None = None
    trivial: float | None = None

    def overall(self, task: Task) -> float:
        """One number to compare models of a task by."""
        parts = {
            Task.INSTANCES: (self.dice, self.f1),
            Task.SEMANTIC: (self.miou,),
            Task.DETECTION: (self.ap, self.f1),
        }[task]
        known = [part for part in parts if part is not None]
        return sum(known) / len(known) if known else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a model is used from now on, and why, in a sentence."""

    promoted: bool
    sentence: str


def judge_models(
    task: Task,
    new: Scores | None,
    old: Scores | None,
    new_replay: float | None = None,
    old_replay: float | None = None,
    *,
    by_parts: bool = False,
) -> Verdict:
    """Compare a new model with its parent on the same held-out images.

    The new one is used only if it is better, better than calling everything an
    object, finds more than hardly anything, and has not forgotten what the parent
    knew. With ``by_parts`` a part of
    each image was held out rather than whole images.
    """
    if new is None or not new.images:
        return Verdict(
            False,
            "There is nothing held out to judge the new model by. Approve more images, "
            "or use it anyway and look at what it proposes.",
        )
    ours = new.overall(task)
    if _is_trivial(new):
        return Verdict(
            False,
            f"The new model is no better than calling everything an object (Dice "
            f"{new.dice:.2f} against {new.trivial:.2f}). Look at the labels.",
        )
    if old is not None:
        theirs = old.overall(task)
        if ours < theirs + LEAST_GAIN:
            return Verdict(
                False,
                f"The old model stays: {theirs:.2f} against {ours:.2f} for the new one on "
                f"{_images(new.images, by_parts)}.",
            )
    if task is Task.DETECTION and ours < LEAST_TO_BE_USED:
        return Verdict(
            False,
            f"The new model finds hardly anything yet: {ours:.2f} on "
            f"{_images(new.images, by_parts)}. Train longer, or label more images.",
        )
    if has_forgotten(new_replay, old_replay):
        return Verdict(
            False,
            f"The new model has forgotten too much: Dice {old_replay:.2f} before and "
            f"{new_replay:.2f} now on pictures that the old one knew.",
        )
    before = "" if old is None else f", {old.overall(task):.2f} before"
    return Verdict(
        True, f"The new model is better: {ours:.2f}{before} on {_images(new.images, by_parts)}."
    )


def _is_trivial(new: Scores) -> bool:
    if new.trivial is None or new.dice is None:
        return False
    return new.dice < new.trivial + _ABOVE_TRIVIAL


def has_forgotten(new: float | None, old: float | None) -> bool:
    """Whether Dice on what the parent knew fell by more than may be; both before and now."""
    return new is not None and old is not None and new < old - LARGEST_LOSS_OF_OLD


def _images(count: int, by_parts: bool) -> str:
    if by_parts:
        return "a held-out quarter of " + ("the image" if count == 1 else f"{count} images")
    return "one held-out image" if count == 1 else f"{count} held-out images"
