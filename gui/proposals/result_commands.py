"""What is done with a whole result: sharpened by the regions, or kept as a map of classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from PySide6.QtCore import QObject

from core.document.annotation import LayerRole
from core.document.change import Change
from core.document.mask import Mask
from core.editing.class_results import classes_layer, keep_as_classes
from core.editing.labels import import_labels
from core.grouping.browser import RegionBrowser
from core.grouping.color import RgbImage
from core.grouping.sharpening import Sharpened, sharpen
from core.models.proposal import Proposal, ProposalSet
from core.tasks.queue import Lane, Task, TaskQueue
from gui.pictures.image_loading import LoadedImage
from gui.proposals.deck_items import SHARPENED
from gui.proposals.proposal_deck import ProposalDeck
from gui.regions.region_loading import RegionLoader
from gui.session import Session


class ResultCommands(QObject):
    """Acts on the source that the deck lists; the source itself stays as it is."""

    def __init__(
        self,
        session: Session,
        deck: ProposalDeck,
        regions: RegionLoader,
        tasks: TaskQueue,
        picture: Callable[[], LoadedImage | None],
        parent: QObject | None = None,
    ) -> None:
        """``picture`` gives the full picture on the screen, None while it is on its way."""
        super().__init__(parent)
        self._session = session
        self._deck = deck
        self._regions = regions
        self._tasks = tasks
        self._picture = picture

    def sharpen(self) -> None:
        """Move the masks of the listed source onto the edges of the regions, as a further source.

        Says how much changed, and what it did to the overlap with the reference if any.
        Nothing is listed where it would not help: where no mask is likely to gain by
        it, or the reference says that they lose.
        """
        document, found = self._session.document, self._listed()
        if document is None or found is None:
            return
        if SHARPENED in found.key.parameters:
            self._tell("This result is sharpened already.")
            return
        browser, picture = self._regions.get(document.image_id), self._picture()
        rgb = None if picture is None else picture.rgb
        if browser is None or rgb is None:
            self._tell("The regions are being computed; try again in a moment.")
            return
        reference = self._session.state.layer_of(LayerRole.REFERENCE)
        truth = () if reference is None else document.in_layer(reference.id)
        masks = tuple(item.geometry for item in truth if isinstance(item.geometry, Mask))
        image_id = document.image_id
        self._tasks.submit(
            Task(
                "Sharpen proposals",
                Lane.INTERACTIVE,
                ("sharpen",),
                # A browser belongs to one thread, so this one gets its own.
                lambda context: _sharpened(
                    found,
                    RegionBrowser(browser.hierarchy, browser.size, rgb),
                    rgb,
                    masks,
                    context.check_cancelled,
                ),
            ),
            lambda outcome: self._on_sharpened(image_id, *outcome),
            self._session.error_raised.emit,
        )

    def keep_as_classes(self) -> None:
        """Keep what is listed as a map of classes, in a layer of predictions of its own."""
        session, document, found = self._session, self._session.document, self._listed()
        if document is None or found is None:
            return
        items = [item for item in self._deck.items() if isinstance(item.proposal.geometry, Mask)]
        if not items:
            self._tell("No mask is listed, so there is nothing to make a map of.")
            return
        model, mapping = found.key.model, self._deck.mapping
        names = {item.raw.label for item in items}
        missing = sorted(
            name
            for name in names
            if name and mapping.label_of(model, name, session.state.labels) is None
        )
        labels = (import_labels(session.state, missing) if missing else None) or Change("")
        state = labels.applied_to_state(session.state)
        ids = {
            name: mapping.label_of(model, name, state.labels) or session.label.id for name in names
        }
        painted = (
            (item.proposal.geometry, ids[item.raw.label])
            for item in items
            if isinstance(item.proposal.geometry, Mask)
        )
        change = keep_as_classes(state, document, painted, model)
        if change is None:
            self._tell("This map is kept already.")
        elif session.apply(replace(labels.followed_by(change), name=change.name)):
            layer = classes_layer(session.state, model)
            if layer is not None:
                session.set_layer_visible(layer.id, True)
            self._tell(f"Kept as classes in the layer “{model}”. Ctrl+Z undoes it.")

    def _listed(self) -> ProposalSet | None:
        """The one result that is listed; a sentence says so when there is none."""
        image = self._session.image
        sets = {} if image is None else self._deck.sets_of(image.id)
        shown = self._deck.shown_source
        name = shown if shown is not None else next(iter(sets), None)
        if name is None or name not in sets:
            self._tell("There is no result on this image; run a model first.")
            return None
        if shown is None and len(sets) > 1:
            self._tell("Choose one source in the list of the Proposals pane first.")
            return None
        return sets[name]

    def _on_sharpened(
        self, image_id: int, found: ProposalSet, effect: Sharpened, gain: tuple[float, float] | None
    ) -> None:
        held_back = effect.held_back_masks
        if not effect.changed_masks:
            because = "no mask is likely to gain" if held_back else "they lie on edges already"
            self._tell(f"Sharpening would not help here: {because}. The masks stay as they are.")
            return
        change = (
            "" if gain is None else f"best IoU with the reference {gain[0]:.3f} → {gain[1]:.3f}"
        )
        if gain is not None and gain[1] < gain[0]:
            self._tell(f"Sharpening would not help here: {change}. The masks stay as they are.")
            return
        self._deck.put(image_id, found)
        text = (
            f"Sharpened: {effect.changed_masks} of {len(effect.masks)} masks, "
            f"{effect.changed_share:.1%} of their pixels changed"
        )
        if held_back:
            text += f"; {held_back} stay as they are, for they would not gain"
        text += f"; {change}" if change else ""
        self._tell(f"{text}. The raw ones are still listed as a source.")

    def _tell(self, text: str) -> None:
        self._session.message_posted.emit(text)


def _sharpened(
    found: ProposalSet,
    browser: RegionBrowser,
    image: RgbImage,
    truth: tuple[Mask, ...],
    check: Callable[[], None],
) -> tuple[ProposalSet, Sharpened, tuple[float, float] | None]:
    """The further result, its effect, and the overlap with the truth before and after."""
    places = [place for place, item in enumerate(found.items) if isinstance(item.geometry, Mask)]
    raw = [item.geometry for item in found.items if isinstance(item.geometry, Mask)]
    effect = sharpen(raw, browser, image, check)
    items: list[Proposal] = list(found.items)
    for place, mask in zip(places, effect.masks, strict=True):
        items[place] = replace(items[place], geometry=mask, soft_mask=None)
    parameters = MappingProxyType({**found.key.parameters, SHARPENED: True})
    key = replace(found.key, parameters=parameters)
    gain = (_best_overlap(raw, truth), _best_overlap(effect.masks, truth)) if truth else None
    return replace(found, key=key, items=tuple(items)), effect, gain


def _best_overlap(masks: tuple[Mask, ...] | list[Mask], truth: tuple[Mask, ...]) -> float:
    """Mean over the objects of the IoU with the mask that fits each best."""
    total = 0.0
    for target in truth:
        shared = [(mask, mask.intersected(target).area) for mask in masks]
        ious = [part / (mask.area + target.area - part) for mask, part in shared if part]
        total += max(ious, default=0.0)
    return total / len(truth)
