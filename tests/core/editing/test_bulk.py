from core.document.annotation import ReviewState
from core.document.geometry import Box
from core.editing.bulk import delete_all, plan_bulk, relabel_all, review_all
from tests.core.editing.examples import annotation, default_document, document

EVERYTHING = {7: (1, 2, 3, 4), 8: (1, 99)}


def _documents() -> list[object]:
    return [default_document(), document(annotation(1, Box(0, 0, 2, 2), label_id=2), image_id=8)]


def test_a_review_of_many_objects_is_one_step_and_counted() -> None:
    plan = plan_bulk(
        _documents(),  # type: ignore[arg-type]
        EVERYTHING,
        review_all(ReviewState.APPROVED),
        "Approve",
        respects_locks=False,
    )
    assert (plan.objects, plan.images, plan.same, plan.locked, plan.gone) == (5, 2, 0, 0, 1)
    assert plan.change is not None
    assert plan.change.name == "Approve 5 objects"
    before = default_document()
    after = plan.change.images[7].applied_to(before)
    assert {item.review for item in after.annotations.values()} == {ReviewState.APPROVED}
    assert plan.change.images[7].inverted().applied_to(after).annotations == before.annotations


def test_what_is_so_already_or_locked_stays() -> None:
    plan = plan_bulk(
        _documents(),  # type: ignore[arg-type]
        EVERYTHING,
        relabel_all(2),
        "Relabel",
        respects_locks=True,
    )
    assert (plan.objects, plan.same, plan.locked, plan.gone) == (3, 1, 1, 1)
    assert plan.change is not None
    assert set(plan.change.images) == {7}


def test_deleting_and_doing_nothing() -> None:
    plan = plan_bulk(
        _documents(),  # type: ignore[arg-type]
        {7: (1, 4)},
        delete_all(),
        "Delete",
        respects_locks=True,
    )
    assert plan.change is not None
    assert [item.id for item in plan.change.images[7].annotations.removed] == [1]
    nothing = plan_bulk([], {7: (1,)}, delete_all(), "Delete", respects_locks=True)
    assert nothing.change is None
    assert nothing.objects == 0
