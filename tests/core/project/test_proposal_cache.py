from dataclasses import replace
from pathlib import Path

from core.models.proposal import ProposalKey, ProposalSet
from core.project.proposal_cache import ProposalCache
from core.project.proposal_codec import key_text
from tests.core.project.pictures import new_project, open_project
from tests.gui.proposals.examples import proposal_set


def _of_image(found: ProposalSet, digest: str) -> ProposalSet:
    return replace(found, key=replace(found.key, image_digest=digest))


def test_results_are_found_by_everything_that_they_depend_on(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path / "project")) as project:
        cache = ProposalCache(project)
        found = proposal_set([0.9, 0.5])
        cache.keep(found)
        assert project.wait_until_saved()
        again = cache.find(found.key)
        assert again is not None
        assert [item.score for item in again.items] == [0.9, 0.5]
        assert cache.find(replace(found.key, weights_hash="other")) is None
        assert cache.find(replace(found.key, parameters={"tile_px": 512})) is None
        assert cache.find(replace(found.key, image_digest="other")) is None


def test_all_results_of_an_image_come_back_the_last_one_at_the_end(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path / "project")) as project:
        cache = ProposalCache(project)
        first, second = proposal_set([0.9], model="a"), proposal_set([0.8], model="b")
        for found in (first, second, _of_image(first, "digest2"), first):
            cache.keep(found)
        assert project.wait_until_saved()
        assert [found.key.model for found in cache.all_of("digest")] == ["b", "a"]
        assert cache.all_of("") == ()


def test_what_is_damaged_or_without_a_digest_is_not_there(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path / "project")) as project:
        cache = ProposalCache(project)
        key = ProposalKey("digest", "model", "weights")
        project.cache_proposals(key_text(key), b"garbage")
        cache.keep(_of_image(proposal_set([0.9]), ""))
        assert project.wait_until_saved()
        assert cache.find(key) is None
        assert cache.all_of("digest") == ()
        assert cache.all_of("") == ()


def test_regions_alone_are_no_proposals(tmp_path: Path) -> None:
    with open_project(new_project(tmp_path / "project")) as project:
        cache = ProposalCache(project)
        assert cache.is_empty()
        project.cache_regions("digest/hierarchy/0", b"regions")
        assert project.wait_until_saved()
        assert cache.is_empty()
        cache.keep(proposal_set([0.9]))
        assert project.wait_until_saved()
        assert not cache.is_empty()
