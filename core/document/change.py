"""A change of the project: one value that can be applied, inverted and squashed.

A change is project-wide and made of differences between records, so its
inverse is generic: no tool writes undo code. The idea of a record diff
{added, removed, updated from → to} is that of tldraw's store.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Generic, TypeVar

from core.document.annotation import (
    NO_ATTRIBUTES,
    Annotation,
    AttributeValue,
    Label,
    Layer,
    Provenance,
)
from core.document.attributes import AttributeDefinition
from core.document.comment import Comment
from core.document.document import ImageDocument, ImageState, ProjectState
from core.document.mask import Mask
from core.document.mask_patch import MaskPatch
from core.document.semantic import SemanticMap, SemanticPatch
from core.errors import ConflictError

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Difference(Generic[T]):
    """What happens to a collection of records that have ids.

    ``updated`` holds pairs (before, after) of the same id.
    """

    added: tuple[T, ...] = ()
    removed: tuple[T, ...] = ()
    updated: tuple[tuple[T, T], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.updated)

    def inverted(self) -> Difference[T]:
        """The difference that takes this one back."""
        return Difference(
            added=self.removed,
            removed=self.added,
            updated=tuple((after, before) for before, after in self.updated),
        )

    def applied_to(self, records: Mapping[int, T], key: Callable[[T], int]) -> Mapping[int, T]:
        """A new collection; raises ConflictError when the records are not those expected.

        The very same one when nothing happens to it, so that it can be compared by identity.
        """
        if not self:
            return records
        result = dict(records)
        for item in self.removed:
            _expect(result.get(key(item)), item)
            del result[key(item)]
        for before, after in self.updated:
            _expect(result.get(key(before)), before)
            result[key(before)] = after
        for item in self.added:
            _expect(result.get(key(item)), None)
            result[key(item)] = item
        return MappingProxyType(result)

    def followed_by(self, later: Difference[T], key: Callable[[T], int]) -> Difference[T]:
        """One difference for both."""
        before: dict[int, T | None] = {}
        after: dict[int, T | None] = {}
        for difference in (self, later):
            for number, old, new in difference._steps(key):
                before.setdefault(number, old)
                after[number] = new
        return Difference.of_pairs((before[number], after[number]) for number in before)

    @classmethod
    def of_pairs(cls, pairs: Iterable[tuple[T | None, T | None]]) -> Difference[T]:
        """From pairs (before, after) in which None stands for absent."""
        added: list[T] = []
        removed: list[T] = []
        updated: list[tuple[T, T]] = []
        for before, after in pairs:
            if before is None and after is not None:
                added.append(after)
            elif after is None and before is not None:
                removed.append(before)
            elif before is not None and after is not None and before != after:
                updated.append((before, after))
        return cls(tuple(added), tuple(removed), tuple(updated))

    def _steps(self, key: Callable[[T], int]) -> Iterable[tuple[int, T | None, T | None]]:
        for item in self.removed:
            yield key(item), item, None
        for before, after in self.updated:
            yield key(before), before, after
        for item in self.added:
            yield key(item), None, item


@dataclass(frozen=True, slots=True)
class MaskEdit:
    """A stroke on the mask of one annotation, with the provenance around it."""

    annotation_id: int
    patch: MaskPatch
    provenance_before: Provenance
    provenance_after: Provenance
    edited_before: bool
    edited_after: bool = True

    def inverted(self) -> MaskEdit:
        """The edit that takes this one back."""
        return MaskEdit(
            self.annotation_id,
            self.patch.inverted(),
            self.provenance_after,
            self.provenance_before,
            self.edited_after,
            self.edited_before,
        )

    def applied_to(self, annotation: Annotation) -> Annotation:
        """The annotation after the stroke."""
        if not isinstance(annotation.geometry, Mask):
            raise ConflictError("This stroke belongs to a mask, and the object is none.")
        try:
            mask = self.patch.applied_to(annotation.geometry)
        except ValueError as error:
            raise ConflictError(f"The stroke was not applied: {error}.") from error
        return replace(
            annotation,
            geometry=mask,
            provenance=self.provenance_after,
            edited=self.edited_after,
        )


@dataclass(frozen=True, slots=True)
class ImageChange:
    """What happens to one image.

    An annotation is either in ``annotations`` or in ``mask_edits``, a layer
    either in ``semantic`` or in ``semantic_patches``, never in both: then the
    order of the parts does not matter, neither here nor in the inverse.
    ``state`` and ``attributes`` are pairs (before, after).
    """

    annotations: Difference[Annotation] = field(default_factory=Difference)
    mask_edits: tuple[MaskEdit, ...] = ()
    semantic: Difference[SemanticMap] = field(default_factory=Difference)
    semantic_patches: tuple[SemanticPatch, ...] = ()
    state: tuple[ImageState, ImageState] | None = None
    attributes: tuple[Mapping[str, AttributeValue], Mapping[str, AttributeValue]] | None = None
    comments: Difference[Comment] = field(default_factory=Difference)

    def inverted(self) -> ImageChange:
        """The change that takes this one back."""
        return ImageChange(
            annotations=self.annotations.inverted(),
            mask_edits=tuple(edit.inverted() for edit in reversed(self.mask_edits)),
            semantic=self.semantic.inverted(),
            semantic_patches=tuple(patch.inverted() for patch in reversed(self.semantic_patches)),
            state=(self.state[1], self.state[0]) if self.state else None,
            attributes=(self.attributes[1], self.attributes[0]) if self.attributes else None,
            comments=self.comments.inverted(),
        )

    @property
    def annotation_ids(self) -> frozenset[int]:
        """Ids of every annotation that is touched."""
        difference = self.annotations
        records = (*difference.added, *difference.removed, *(new for _, new in difference.updated))
        return frozenset(item.id for item in records) | {
            edit.annotation_id for edit in self.mask_edits
        }

    @property
    def comment_ids(self) -> frozenset[int]:
        """Ids of every comment that is touched."""
        difference = self.comments
        records = (*difference.added, *difference.removed, *(new for _, new in difference.updated))
        return frozenset(item.id for item in records)

    @property
    def semantic_layer_ids(self) -> frozenset[int]:
        """Layers whose semantic map is touched."""
        difference = self.semantic
        records = (*difference.added, *difference.removed, *(new for _, new in difference.updated))
        return frozenset(item.layer_id for item in records) | {
            patch.layer_id for patch in self.semantic_patches
        }

    def applied_to(self, document: ImageDocument) -> ImageDocument:
        """The document after the change; raises ConflictError when it does not fit."""
        annotations = dict(self.annotations.applied_to(document.annotations, _annotation_id))
        for edit in self.mask_edits:
            if edit.annotation_id not in annotations:
                raise ConflictError("The object that was painted on is no longer there.")
            annotations[edit.annotation_id] = edit.applied_to(annotations[edit.annotation_id])
        return replace(
            document,
            annotations=MappingProxyType(annotations),
            semantic=self._semantic_after(document.semantic),
            revision=document.revision + 1,
            comments=self.comments.applied_to(document.comments, _comment_id),
        )

    def _semantic_after(self, maps: Mapping[int, SemanticMap]) -> Mapping[int, SemanticMap]:
        result = dict(self.semantic.applied_to(maps, _semantic_layer_id))
        for patch in self.semantic_patches:
            if patch.layer_id not in result:
                raise ConflictError("The layer of classes that was painted on is gone.")
            try:
                result[patch.layer_id] = patch.applied_to(result[patch.layer_id])
            except ValueError as error:
                raise ConflictError(f"The edit was not applied: {error}.") from error
        return MappingProxyType(result)


@dataclass(frozen=True, slots=True)
class Change:
    """One step that a person can undo, over as many images as it touches.

    ``name`` is what the Edit menu shows, such as "Draw polygon".
    """

    name: str
    images: Mapping[int, ImageChange] = field(default_factory=lambda: MappingProxyType({}))
    labels: Difference[Label] = field(default_factory=Difference)
    layers: Difference[Layer] = field(default_factory=Difference)
    attributes: Difference[AttributeDefinition] = field(default_factory=Difference)

    @classmethod
    def of_image(cls, name: str, image_id: int, change: ImageChange) -> Change:
        """A change of one image."""
        return cls(name, MappingProxyType({image_id: change}))

    def inverted(self) -> Change:
        """The change that takes this one back."""
        return Change(
            self.name,
            MappingProxyType({key: change.inverted() for key, change in self.images.items()}),
            self.labels.inverted(),
            self.layers.inverted(),
            self.attributes.inverted(),
        )

    def applied_to_state(self, state: ProjectState) -> ProjectState:
        """Labels, layers, image states and attributes after the change."""
        return ProjectState(
            labels=self.labels.applied_to(state.labels, _label_id),
            layers=self.layers.applied_to(state.layers, _layer_id),
            states=self._states_after(state),
            attributes=self.attributes.applied_to(state.attributes, _attribute_id),
            image_attributes=self._image_attributes_after(state),
        )

    def _states_after(self, state: ProjectState) -> Mapping[int, ImageState]:
        steps = {key: part.state for key, part in self.images.items() if part.state is not None}
        if not steps:
            # Most changes: a project of 100,000 images is not copied for them.
            return state.states
        states = dict(state.states)
        for image_id, (before, after) in steps.items():
            _expect(states.get(image_id, ImageState.UNLABELLED), before)
            states[image_id] = after
        return MappingProxyType(states)

    def _image_attributes_after(
        self, state: ProjectState
    ) -> Mapping[int, Mapping[str, AttributeValue]]:
        steps = {
            key: part.attributes for key, part in self.images.items() if part.attributes is not None
        }
        if not steps:
            return state.image_attributes
        values = dict(state.image_attributes)
        for image_id, (before, after) in steps.items():
            _expect(dict(values.pop(image_id, NO_ATTRIBUTES)), dict(before))
            if after:
                values[image_id] = after
        return MappingProxyType(values)

    def followed_by(self, later: Change, name: str | None = None) -> Change:
        """One change for both, undone in one step."""
        images = dict(self.images)
        for image_id, change in later.images.items():
            first = images.get(image_id)
            images[image_id] = change if first is None else squash(first, change)
        return Change(
            name or self.name,
            MappingProxyType(images),
            self.labels.followed_by(later.labels, _label_id),
            self.layers.followed_by(later.layers, _layer_id),
            self.attributes.followed_by(later.attributes, _attribute_id),
        )


def squash(first: ImageChange, second: ImageChange) -> ImageChange:
    """One change of an image for two that follow each other.

    Raises ValueError when one of them edits the mask of an annotation that the
    other one adds, removes or updates: such steps are undone one by one.
    """
    edits = _squash_mask_edits(first.mask_edits, second.mask_edits)
    annotations = first.annotations.followed_by(second.annotations, _annotation_id)
    touched = ImageChange(annotations=annotations).annotation_ids
    if touched & {edit.annotation_id for edit in edits}:
        raise ValueError("a stroke and another edit of the same object cannot become one step")
    if (first.semantic_patches and second.semantic) or (first.semantic and second.semantic_patches):
        raise ValueError("a semantic map and an edit of it cannot become one step")
    states = [change.state for change in (first, second) if change.state is not None]
    values = [change.attributes for change in (first, second) if change.attributes is not None]
    return ImageChange(
        annotations=annotations,
        mask_edits=edits,
        semantic=first.semantic.followed_by(second.semantic, _semantic_layer_id),
        semantic_patches=first.semantic_patches + second.semantic_patches,
        state=(states[0][0], states[-1][1]) if states else None,
        attributes=(values[0][0], values[-1][1]) if values else None,
        comments=first.comments.followed_by(second.comments, _comment_id),
    )


def _squash_mask_edits(
    first: tuple[MaskEdit, ...], second: tuple[MaskEdit, ...]
) -> tuple[MaskEdit, ...]:
    edits = {edit.annotation_id: edit for edit in first}
    for edit in second:
        earlier = edits.get(edit.annotation_id)
        edits[edit.annotation_id] = (
            edit
            if earlier is None
            else replace(
                earlier,
                patch=earlier.patch.followed_by(edit.patch),
                provenance_after=edit.provenance_after,
                edited_after=edit.edited_after,
            )
        )
    return tuple(edits.values())


def _expect(found: object, expected: object) -> None:
    if found != expected:
        raise ConflictError(
            "The change does not fit what is there now, so nothing was changed.",
            "Undo the later edit first.",
        )


def _annotation_id(annotation: Annotation) -> int:
    return annotation.id


def _label_id(label: Label) -> int:
    return label.id


def _layer_id(layer: Layer) -> int:
    return layer.id


def _comment_id(comment: Comment) -> int:
    return comment.id


def _attribute_id(definition: AttributeDefinition) -> int:
    return definition.id


def _semantic_layer_id(semantic: SemanticMap) -> int:
    return semantic.layer_id
