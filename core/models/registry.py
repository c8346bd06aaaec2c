"""The models that Maskwright knows, and the file that each one's weights lie in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from core.errors import ModelError
from core.models.bundled_models import bundled_models
from core.models.extensions import Extensions, find_extensions
from core.models.specification import ModelSpec
from core.models.torchvision_models import torchvision_models
from core.models.trained import enlisted_models, find_trained, is_trained_id
from core.models.weights import find_weights, locate_weights

_PREFERRED_ON_CPU = ("fasterrcnn-mobilenet-coco", "fasterrcnn-mobilenet-320-coco", "ssdlite-coco")
_PREFERRED_ON_GPU = ("maskrcnn-v2-coco", "maskrcnn-coco", "fasterrcnn-v2-coco")
_ALWAYS_THERE = "maskrcnn-cells"


def registered_models() -> tuple[ModelSpec, ...]:
    """Every model: the program's own, those of other people, those that were trained here.

    The entries of other people are looked up anew, so that a file that was just
    put into its folder is there. An id that is taken stays with its owner.
    """
    own = _own_models()
    taken = {spec.id for spec in own}
    others = (spec for spec in find_extensions().specs if spec.id not in taken)
    return (*own, *others, *enlisted_models())


def registry_problems() -> tuple[str, ...]:
    """A sentence for every entry of other people that could not be taken."""
    found: Extensions = find_extensions()
    taken = {spec.id for spec in _own_models()}
    doubled = (
        f'The id "{spec.id}" is taken: another entry of this id is left out.'
        for spec in found.specs
        if spec.id in taken
    )
    return (*found.problems, *doubled)


def find_model(model_id: str) -> ModelSpec:
    """The model of this id; raises ModelError, naming the ids there are."""
    trained = find_trained(model_id) if is_trained_id(model_id) else None
    if trained is not None:
        return trained.spec
    for spec in _by_effort():
        if spec.id == model_id:
            return spec
    known = ", ".join(spec.id for spec in registered_models())
    raise ModelError(f'There is no model "{model_id}".', f"The models are: {known}.")


def weights_path(spec: ModelSpec, override: Path | None = None) -> Path:
    """The weights file of a model, checked to be one.

    ``override`` is a file that the user named. Otherwise it is the bundled
    file, or one in the user's weights folder or in torch's hub cache. A hash in
    a file's name is compared with the content, which reads the whole file: call
    it off the GUI thread. Raises ModelError that says what to do.
    """
    return find_weights(spec, override)


def has_weights(spec: ModelSpec) -> bool:
    """Whether a weights file is where it is looked for; its content is not read."""
    return locate_weights(spec) is not None


def suggested_model(device: str, is_ready: Callable[[ModelSpec], bool] = has_weights) -> ModelSpec:
    """The model to begin with on a device ("cpu", "cuda", "mps"), among those that can run now.

    On a GPU the most exact Mask R-CNN, on a CPU the quickest useful detector, and
    where nothing was downloaded the one that comes with the program.
    """
    order = _PREFERRED_ON_CPU if device == "cpu" else _PREFERRED_ON_GPU + _PREFERRED_ON_CPU
    there = (spec for spec in map(find_model, order) if is_ready(spec))
    return next(there, None) or find_model(_ALWAYS_THERE)


def _own_models() -> tuple[ModelSpec, ...]:
    return (*bundled_models(), *torchvision_models())


def _by_effort() -> Iterator[ModelSpec]:
    """The program's own models first: other people's are looked up only when none of them fits."""
    yield from _own_models()
    yield from find_extensions().specs
