from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.document.annotation import Layer, LayerRole, ReviewState
from core.document.change import Change, Difference
from core.document.geometry import Box, Size
from core.document.mask import Mask
from core.models.class_mapping import LEFT_OUT
from core.models.pasting import mask_at
from core.models.proposal import Proposal, ProposalKey, ProposalSet, SoftMask
from core.project.project import Project
from core.tasks.queue import TaskQueue
from gui.proposals.deck_items import predictions_as_proposals
from gui.proposals.proposal_deck import ProposalDeck
from gui.session import Session
from tests.core.project.pictures import add, box
from tests.gui.proposals.examples import proposal_set


@pytest.fixture
def deck(session: Session) -> ProposalDeck:
    deck = ProposalDeck(session, "tester")
    deck.put(1, proposal_set([0.9, 0.7, 0.6, 0.2]))
    return deck


def _scores(deck: ProposalDeck) -> list[float]:
    return [item.proposal.score for item in deck.items()]


def test_the_slider_filters_what_is_there(deck: ProposalDeck) -> None:
    assert _scores(deck) == [0.9, 0.7, 0.6]
    told: list[None] = []
    deck.changed.connect(lambda: told.append(None))
    deck.set_score(0.65)
    assert _scores(deck) == [0.9, 0.7]
    deck.set_score(0.0)
    assert _scores(deck) == [0.9, 0.7, 0.6, 0.2]
    deck.set_score(0.0)
    assert len(told) == 2


def test_accepting_is_an_undoable_step_and_undo_brings_the_proposal_back(
    deck: ProposalDeck, session: Session
) -> None:
    first = deck.items()[0]
    (accepted,) = deck.accept((first,))
    assert session.document is not None
    item = session.document.annotations[accepted]
    assert item.provenance.model == "model"
    assert item.provenance.score == 0.9
    assert item.provenance.weights_hash == "weights"
    assert item.provenance.author == "tester"
    assert _scores(deck) == [0.7, 0.6]
    session.undo()
    assert _scores(deck) == [0.9, 0.7, 0.6]
    session.redo()
    assert _scores(deck) == [0.7, 0.6]


def test_accepting_all_is_one_step(deck: ProposalDeck, session: Session) -> None:
    assert len(deck.accept(deck.items())) == 3
    assert _scores(deck) == []
    assert session.project.history.next_undo is not None
    assert session.project.history.next_undo.name == "Accept 3 proposals"
    session.undo()
    assert session.document is not None
    assert not session.document.annotations
    assert len(_scores(deck)) == 3


def test_the_names_of_classes_become_labels(deck: ProposalDeck, session: Session) -> None:
    deck.put(1, proposal_set([0.9, 0.8, 0.7], labels=("cat", "", "cat")))
    deck.accept(deck.items())
    assert [label.name for label in session.state.labels.values()] == ["object", "cat"]
    assert session.document is not None
    names = [
        session.state.labels[item.label_id].name
        for item in sorted(session.document.annotations.values(), key=lambda item: item.order)
    ]
    assert sorted(names) == ["cat", "cat", "object"]
    session.undo()
    assert [label.name for label in session.state.labels.values()] == ["object"]


def test_rejecting_is_a_step_that_can_be_undone(deck: ProposalDeck, session: Session) -> None:
    deck.reject(deck.items()[:2])
    assert _scores(deck) == [0.6]
    assert session.project.history.next_undo is not None
    assert session.project.history.next_undo.name == "Reject 2 proposals"
    session.undo()
    assert _scores(deck) == [0.9, 0.7, 0.6]
    session.redo()
    assert _scores(deck) == [0.6]
    deck.bring_back_rejected()
    assert _scores(deck) == [0.9, 0.7, 0.6]


def test_what_was_rejected_is_no_object_of_ones_own(deck: ProposalDeck, session: Session) -> None:
    deck.reject(deck.items()[:2])
    assert session.document is not None
    assert session.document.in_layer(session.layer.id) == ()
    rejected = session.document.annotations.values()
    assert {item.review for item in rejected} == {ReviewState.REJECTED}
    assert {item.provenance.model for item in rejected} == {"model"}
    assert {item.layer_id for item in rejected} <= session.hidden_layers


def test_rejections_are_remembered_over_restarts_and_other_runs(
    deck: ProposalDeck, session: Session
) -> None:
    deck.reject(deck.items()[:2])
    deck.put(1, proposal_set([0.8, 0.5, 0.4]))
    deck.set_score(0.0)
    assert _scores(deck) == [0.4], "the same places, with other scores"
    path = session.project.path
    session.project.close()
    with closing(Project.open(path, author="tester")) as project:
        again = Session(project)
        again.show_image(1)
        later = ProposalDeck(again, "tester")
        later.put(1, proposal_set([0.9, 0.8, 0.75], model="another"))
        assert _scores(later) == [0.75]
        again.close()


def test_another_class_at_a_rejected_place_is_proposed_all_the_same(deck: ProposalDeck) -> None:
    deck.put(1, proposal_set([0.9], labels=("cat",)))
    deck.reject(deck.items())
    deck.put(1, proposal_set([0.9], labels=("dog",)))
    assert _scores(deck) == [0.9]
    deck.put(1, proposal_set([0.9], labels=("cat",)))
    assert _scores(deck) == []


def test_after_each_decision_the_next_one_is_pointed_at(deck: ProposalDeck) -> None:
    deck.walk(1)
    assert deck.current is not None
    assert deck.current.proposal.score == 0.9
    deck.reject((deck.current,))
    assert deck.current.proposal.score == 0.7
    deck.accept((deck.current,))
    assert deck.current.proposal.score == 0.6
    deck.reject((deck.current,))
    assert deck.current is None
    assert deck.walk(1) is None


def test_walking_goes_round(deck: ProposalDeck) -> None:
    seen = [deck.walk(1) for _ in range(4)]
    assert [item.proposal.score for item in seen if item] == [0.9, 0.7, 0.6, 0.9]
    back = deck.walk(-1)
    assert back is not None
    assert back.proposal.score == 0.6


def test_a_new_run_replaces_the_old_one(deck: ProposalDeck) -> None:
    deck.put(1, proposal_set([0.8]))
    assert _scores(deck) == [0.8]


def test_what_is_drawn_already_is_not_proposed(deck: ProposalDeck, session: Session) -> None:
    drawn = replace(box(0), geometry=Box(0.0, 2.0, 4.0, 4.5))
    session.apply(add(drawn))
    assert _scores(deck) == [0.7, 0.6]
    session.undo()
    assert _scores(deck) == [0.9, 0.7, 0.6]


def test_sliders_filter_by_overlap_and_size(deck: ProposalDeck) -> None:
    shapes = [Box(0, 0, 8, 8), Box(1, 0, 8, 8), Box(20, 0, 4, 4)]
    items = tuple(Proposal(n, shape, 0.9 - n / 10, "", "m") for n, shape in enumerate(shapes))
    deck.put(1, ProposalSet(ProposalKey("digest", "m", ""), Size(40, 30), items))
    assert _scores(deck) == [0.9, pytest.approx(0.7)]
    deck.set_filter(replace(deck.filter, overlap=0.9))
    assert len(deck.items()) == 3
    deck.set_filter(replace(deck.filter, smallest_px=5))
    assert len(deck.items()) == 2
    deck.set_filter(replace(deck.filter, smallest_px=0, largest_px=5))
    assert [item.raw.id for item in deck.items()] == [2]


def test_the_threshold_of_masks_is_that_of_what_is_accepted(
    deck: ProposalDeck, session: Session
) -> None:
    ramp = np.tile(np.linspace(0, 255, 28).astype(np.uint8), (28, 1))
    soft = SoftMask(Box(4, 4, 20, 20), ramp)
    half = mask_at(soft, Size(40, 30))
    items = (Proposal(0, half, 0.9, "", "m", soft),)
    deck.put(1, ProposalSet(ProposalKey("digest", "m", ""), Size(40, 30), items))
    deck.set_filter(replace(deck.filter, mask_threshold=0.25))
    (accepted,) = deck.accept(deck.items())
    assert session.document is not None
    shape = session.document.annotations[accepted].geometry
    assert isinstance(shape, Mask)
    assert shape == mask_at(soft, Size(40, 30), 0.25)
    assert shape.area > half.area


def test_classes_become_the_labels_that_were_chosen(deck: ProposalDeck, session: Session) -> None:
    deck.put(1, proposal_set([0.9, 0.8, 0.7], labels=("cat", "dog", "cat")))
    chosen = {"cat": session.label.id, "dog": LEFT_OUT}
    deck.use_mapping(deck.mapping.with_choices("model", chosen))
    assert _scores(deck) == [0.9, 0.7]
    deck.accept(deck.items())
    assert [label.name for label in session.state.labels.values()] == ["object"]
    assert ProposalDeck(session, "tester").mapping == deck.mapping, "remembered in the project"


def test_many_candidates_are_compared_in_the_background(
    session: Session, tasks: TaskQueue, qtbot: QtBot
) -> None:
    deck = ProposalDeck(session, "tester", tasks=tasks)
    deck.put(1, proposal_set([0.9] * 200))
    assert deck.items() == ()
    assert deck.is_preparing
    qtbot.waitUntil(lambda: not deck.is_preparing)
    assert len(deck.items()) == 200


def test_models_share_one_ranked_list(deck: ProposalDeck) -> None:
    deck.put(1, proposal_set([0.8, 0.95], model="other"))
    assert _scores(deck) == [0.95, 0.8]  # the newest source first, on its own
    deck.show_only(None)
    assert _scores(deck) == [0.95, 0.9, 0.6]  # two of them are the same objects
    assert len({item.key for item in deck.items()}) == 3


def test_a_source_whose_scores_are_low_is_shown_all_the_same(deck: ProposalDeck) -> None:
    deck.put(1, proposal_set([0.28, 0.2, 0.11], model="regions"))
    assert _scores(deck) == [0.28, 0.2, 0.11]
    assert deck.score <= 0.11


def test_every_image_has_a_deck_of_its_own(deck: ProposalDeck, session: Session) -> None:
    session.show_image(2)
    assert deck.items() == ()
    deck.put(1, proposal_set([0.8]))  # a run that ends after one has gone on
    assert deck.items() == ()
    session.show_image(1)
    assert _scores(deck) == [0.8]
    deck.clear(1)
    assert deck.items() == ()


def test_prediction_layers_can_be_reviewed_like_proposals(session: Session) -> None:
    layer = Layer(2, LayerRole.PREDICTIONS, "theirs")
    session.apply(Change("Import", layers=Difference(added=(layer,))))
    session.apply(add(box(layer_id=2), box(9, layer_id=2), box(5)))
    found = predictions_as_proposals(session)
    assert list(found) == ["theirs"]
    assert [item.label for item in found["theirs"]] == ["object", "object"]


def test_sources_together_list_every_object_once(deck: ProposalDeck, session: Session) -> None:
    deck.put(1, proposal_set([0.9, 0.7, 0.6], model="twin"))
    deck.show_only(None)
    assert len(deck.items()) == 3
    deck.accept(deck.items()[:1])
    assert len(deck.items()) == 2  # the twin of what was accepted is gone with it
    session.undo()
    assert len(deck.items()) == 3


def test_a_result_that_comes_back_from_the_cache_disturbs_nobody(
    session: Session, tasks: TaskQueue, qtbot: QtBot
) -> None:
    deck = ProposalDeck(session, "tester", tasks=tasks)
    deck.put(1, proposal_set([0.9] * 200))
    qtbot.waitUntil(lambda: bool(deck.items()))
    deck.walk(1)
    pointed_at = deck.current
    deck.remember(1, (proposal_set([0.9] * 200),))
    assert deck.current is pointed_at
    deck.remember(1, (proposal_set([0.8] * 200, model="another"),))
    assert deck.current is pointed_at, "another source that is not listed changes nothing"


def test_what_is_pointed_at_stays_while_further_sources_are_compared(
    session: Session, tasks: TaskQueue, qtbot: QtBot
) -> None:
    deck = ProposalDeck(session, "tester", tasks=tasks)
    deck.put(1, proposal_set([0.9] * 200))
    deck.show_only(None)
    qtbot.waitUntil(lambda: bool(deck.items()))
    deck.walk(1)
    assert deck.current is not None
    key = deck.current.key
    deck.remember(1, (proposal_set([0.3], model="another"),))
    assert deck.is_preparing
    qtbot.waitUntil(lambda: not deck.is_preparing)
    assert deck.current is not None
    assert deck.current.key == key
