from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from gui.background import MainThreadBridge
from gui.panels.proposals_panel import ROWS_SHOWN, ProposalsPanel
from gui.proposals.model_runs import ModelRuns
from gui.proposals.proposal_deck import ProposalDeck
from gui.session import Session
from tests.gui.proposals.examples import proposal_set

SOURCES = (("regions", "Regions"), ("model", "Model"))


@pytest.fixture
def deck(session: Session) -> ProposalDeck:
    return ProposalDeck(session, "tester")


@pytest.fixture
def panel(qtbot: QtBot, session: Session, deck: ProposalDeck) -> Iterator[ProposalsPanel]:
    bridge = MainThreadBridge()
    runs = ModelRuns(bridge)
    panel = ProposalsPanel(session, deck, runs, SOURCES)
    qtbot.addWidget(panel)
    panel.show()
    yield panel
    runs.close()
    bridge.close()


def test_an_empty_deck_says_what_to_do(panel: ProposalsPanel) -> None:
    assert "press Propose" in panel.summary.text()
    assert not panel.progress.isVisible()
    assert not panel.cancel.isVisible()


def test_sliding_the_score_filters_the_list(panel: ProposalsPanel, deck: ProposalDeck) -> None:
    deck.put(1, proposal_set([0.9, 0.7, 0.2]))
    assert panel.list.topLevelItemCount() == 2
    panel.slider.setValue(0)
    assert panel.list.topLevelItemCount() == 3
    panel.slider.setValue(80)
    assert panel.list.topLevelItemCount() == 1
    assert panel.filters.values["Score ≥"].text() == "0.80"
    assert panel.summary.text().startswith("1 open")


def test_a_row_is_the_candidate_that_keys_act_on(panel: ProposalsPanel, deck: ProposalDeck) -> None:
    deck.put(1, proposal_set([0.9, 0.7, 0.6]))
    row = panel.list.topLevelItem(1)
    assert row is not None
    panel.list.setCurrentItem(row)
    assert deck.current is not None
    assert deck.current.proposal.score == 0.7
    deck.walk(1)
    assert panel.list.currentIndex().row() == 2


def test_hundreds_of_candidates_are_cut_and_said_so(
    panel: ProposalsPanel, deck: ProposalDeck
) -> None:
    deck.put(1, proposal_set([0.9] * (ROWS_SHOWN + 50)))
    assert panel.list.topLevelItemCount() == ROWS_SHOWN
    assert f"{ROWS_SHOWN + 50} open" in panel.summary.text()


def test_the_chosen_source_is_run(panel: ProposalsPanel) -> None:
    asked: list[str] = []
    panel.run_requested.connect(asked.append)
    panel.source.setCurrentIndex(1)
    panel.run.click()
    assert asked == ["model"]
