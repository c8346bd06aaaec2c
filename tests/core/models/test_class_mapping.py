import pytest

from core.document.annotation import Label
from core.models.class_mapping import LEFT_OUT, ClassMapping, suggested_label

NAMES = ("Cell", "traffic light", "airplane", "table", "nuclei")
LABELS = {number: Label(number, name, "#ffffff") for number, name in enumerate(NAMES, 1)}


def test_without_a_choice_the_label_of_the_same_name_is_taken() -> None:
    mapping = ClassMapping()
    assert mapping.label_of("m", "traffic light", LABELS) == 2
    assert mapping.label_of("m", "Traffic_Lights", LABELS) == 2
    assert mapping.label_of("m", "cat", LABELS) is None
    assert mapping.label_of("m", "", LABELS) is None


def test_choices_are_by_model_and_survive_being_written() -> None:
    mapping = ClassMapping().with_choices("m", {"cat": 1, "dog": LEFT_OUT, "": 3})
    again = ClassMapping.from_text(mapping.to_text())
    assert again == mapping
    assert again.label_of("m", "cat", LABELS) == 1
    assert again.label_of("m", "dog", LABELS) == LEFT_OUT
    assert again.label_of("m", "", LABELS) == 3
    assert again.label_of("other", "cat", LABELS) is None
    assert again.with_choices("m", {"cat": None}).label_of("m", "cat", LABELS) is None


def test_a_choice_for_a_label_that_is_gone_counts_no_more() -> None:
    mapping = ClassMapping().with_choices("m", {"cell": 99})
    assert mapping.label_of("m", "cell", LABELS) == 1


@pytest.mark.parametrize("text", [None, "", "no json", "[1]", '{"m": 3}', '{"m": {"cat": "x"}}'])
def test_what_is_no_mapping_is_none(text: str | None) -> None:
    assert ClassMapping.from_text(text).label_of("m", "cat", LABELS) is None


@pytest.mark.parametrize(
    ("name", "label_id"),
    [("cells", 1), ("aeroplane", 3), ("diningtable", 4), ("nucleus", 5), ("traffic lght", 2)],
)
def test_suggestions(name: str, label_id: int) -> None:
    assert suggested_label(name, LABELS.values()) == label_id


@pytest.mark.parametrize("name", ["giraffe", "", "!!!"])
def test_nothing_is_suggested_for_what_is_like_nothing(name: str) -> None:
    assert suggested_label(name, LABELS.values()) is None
