"""Models of other people: a file in a folder, or a package with an entry point."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import ModelError
from core.models.extensions import extension_folder, find_extensions, read_model_file
from core.models.registry import find_model, registered_models, registry_problems
from core.models.specification import ModelFamily

REPOSITORY = Path(__file__).parents[3]
LEAVES = """
id = "leaves"
name = "Leaves of our greenhouse"
family = "instances"
architecture = "maskrcnn_resnet50_fpn"
categories = ["leaf", "stem"]
description = "Fine-tuned on 200 pictures."

[weights]
url = "https://example.org/leaves-0123abcd.safetensors"
sha256 = "0123ABCD"
size_bytes = 176000000
licence = "CC-BY-4.0"

[preprocessing]
short_side_px = 600
long_side_px = 1000
"""
PACKAGE = """
from core.models.specification import ModelFamily, ModelSpec, WeightsSpec

def specs():
    return [
        ModelSpec("sparkles", "Sparkles", ModelFamily.PROPOSALS, "sparkles:Adapter", WeightsSpec())
    ]

class Adapter:
    pass
"""


def put(name: str, text: str) -> Path:
    folder = extension_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def install(folder: Path, entry: str, module: str = PACKAGE) -> None:
    """A distribution as pip would leave it in a folder of packages."""
    (folder / "sparkles.py").write_text(module, encoding="utf-8")
    info = folder / "sparkles-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sparkles\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[maskwright.models]\nours = {entry}\n")


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "sparkles", raising=False)
    return tmp_path


def test_a_small_file_adds_a_model() -> None:
    put("leaves.toml", LEAVES)
    spec = find_model("leaves")
    assert spec == registered_models()[-1]
    assert spec.family is ModelFamily.INSTANCES
    assert spec.categories == ("leaf", "stem")
    assert spec.weights.sha256 == "0123abcd"
    assert spec.preprocessing["short_side_px"] == 600
    assert registry_problems() == ()


def test_a_model_of_a_file_is_built_and_run(tmp_path: Path) -> None:
    import numpy as np
    import torch

    from core.models.adapter import RunContext
    from core.models.zoo.detectors import build_detector
    from core.models.zoo.loading import load_adapter

    text = LEAVES.replace("maskrcnn_resnet50_fpn", "ssdlite320_mobilenet_v3_large")
    put("leaves.toml", text.replace('"instances"', '"boxes"'))
    spec = find_model("leaves")
    torch.manual_seed(0)
    torch.save(build_detector(spec).state_dict(), tmp_path / "leaves.pth")
    image = np.random.default_rng(0).integers(0, 256, (90, 120, 3), np.uint8)
    found = load_adapter(spec, tmp_path / "leaves.pth").propose(image, RunContext())
    assert {item.label for item in found} <= {"leaf", "stem"}
    assert found


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"instances"', '"cubes"', "family must be one of: proposals, boxes"),
        ('id = "leaves"', "", "id must be a text"),
        ("architecture", "architektur", "architektur is not known"),
        ('architecture = "maskrcnn_resnet50_fpn"', "", "architecture must name a network"),
        ("176000000", "-1", "weights.size_bytes must be a number"),
        ('["leaf", "stem"]', "[1, 2]", "categories must be a list of names"),
        ("= 600", "= [600]", "preprocessing must be a table"),
        ("[weights]", "[weights", "is not TOML"),
        ("licence", "license", "weights.license is not known"),
    ],
)
def test_a_broken_file_is_told_by_name_and_hinders_nobody(
    old: str, new: str, sentence: str
) -> None:
    assert old in LEAVES
    path = put("broken.toml", LEAVES.replace(old, new))
    put("good.toml", LEAVES.replace('"leaves"', '"good"'))
    with pytest.raises(ModelError) as caught:
        read_model_file(path)
    assert str(path) in caught.value.message
    assert sentence in caught.value.message
    assert find_model("good").name.startswith("Leaves")
    assert sentence in registry_problems()[0]


def test_an_id_that_is_taken_stays_with_its_owner() -> None:
    own = find_model("unet-nuclei")
    put("thief.toml", LEAVES.replace('"leaves"', '"unet-nuclei"'))
    put("twin_a.toml", LEAVES)
    put("twin_b.toml", LEAVES.replace("Leaves of", "Other leaves of"))
    assert find_model("unet-nuclei") == own
    ids = [spec.id for spec in registered_models()]
    assert len(ids) == len(set(ids))
    assert find_model("leaves").name == "Leaves of our greenhouse"
    assert len(registry_problems()) == 2


@pytest.mark.parametrize("entry", ["sparkles:specs", "sparkles:specs()[0]"])
def test_an_installed_package_adds_models(packages: Path, entry: str) -> None:
    module = PACKAGE if entry.endswith("specs") else PACKAGE + "\none = specs()[0]\n"
    install(packages, "sparkles:specs" if entry.endswith("specs") else "sparkles:one", module)
    assert find_model("sparkles").builder == "sparkles:Adapter"
    assert find_extensions().problems == ()


@pytest.mark.parametrize(
    ("entry", "module"),
    [
        ("sparkles:nothing", PACKAGE),
        ("sparkles:specs", "raise RuntimeError('no licence server')"),
        ("sparkles:specs", "specs = ['a text']"),
        ("sparkles:specs", "specs = 3"),
    ],
)
def test_a_broken_package_is_told_by_name_and_hinders_nobody(
    packages: Path, entry: str, module: str
) -> None:
    install(packages, entry, module)
    put("leaves.toml", LEAVES)
    assert find_model("leaves")
    (problem,) = registry_problems()
    assert 'The models "ours" of sparkles' in problem


def test_a_package_is_found_by_a_program_that_starts(packages: Path) -> None:
    """Through the interpreter's own search for packages, without torch."""
    install(packages, "sparkles:specs")
    code = (
        "import sys\nfrom core.models.registry import registered_models\n"
        "print([spec.id for spec in registered_models()][-1], 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env={"PYTHONPATH": f"{REPOSITORY}:{packages}", "HOME": str(packages)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["sparkles", "False"], done.stderr


def test_the_example_in_the_guide_is_read(tmp_path: Path) -> None:
    guide = (REPOSITORY / "core" / "models" / "README.md").read_text(encoding="utf-8")
    example = guide.partition("```toml\n")[2].partition("```")[0]
    path = tmp_path / "example.toml"
    path.write_text(example, encoding="utf-8")
    assert read_model_file(path).architecture
