import pytest

from core.document.annotation import Layer, LayerRole
from core.document.change import Change, Difference
from gui.proposal_deck import ProposalDeck, predictions_as_proposals
from gui.session import Session
from tests.core.project.pictures import add, box
from tests.gui.proposals import proposal_set


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


def test_rejecting_hides_until_they_are_brought_back(deck: ProposalDeck, session: Session) -> None:
    deck.reject(deck.items()[:2])
    assert _scores(deck) == [0.6]
    assert session.project.history.next_undo is None, "rejecting is no edit"
    deck.bring_back_rejected()
    assert _scores(deck) == [0.9, 0.7, 0.6]


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


def test_a_new_run_replaces_the_old_one_and_forgets_its_marks(deck: ProposalDeck) -> None:
    deck.reject(deck.items())
    deck.put(1, proposal_set([0.8]))
    assert _scores(deck) == [0.8]


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
