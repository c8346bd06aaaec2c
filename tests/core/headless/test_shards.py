from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import MaskwrightError
from core.headless.shards import Shard, parse_shard, piece_size, pieces, shard_of_environment


@given(st.integers(1, 500), st.integers(1, 12))
def test_every_image_belongs_to_exactly_one_shard(images: int, count: int) -> None:
    names = [str(number) for number in range(images)]
    work = pieces(names, piece_size(images, count))
    taken = [
        place
        for index in range(count)
        for number, piece in enumerate(work)
        if Shard(index, count).takes(number)
        for place in piece
    ]
    assert sorted(taken) == list(range(images))


def test_shards_are_read_and_checked() -> None:
    assert parse_shard("1/4") == Shard(1, 4)
    for text in ("4/4", "-1/4", "1", "a/b", "1/0", ""):
        with pytest.raises(MaskwrightError):
            parse_shard(text)


@pytest.mark.parametrize(
    ("environment", "shard"),
    [
        ({"RANK": "2", "WORLD_SIZE": "3"}, Shard(2, 3)),
        (
            {
                "SLURM_ARRAY_TASK_ID": "5",
                "SLURM_ARRAY_TASK_COUNT": "4",
                "SLURM_ARRAY_TASK_MIN": "3",
            },
            Shard(2, 4),
        ),
        ({"SLURM_PROCID": "0", "SLURM_NTASKS": "2"}, Shard(0, 2)),
        ({"RANK": "2"}, None),
        ({}, None),
    ],
)
def test_torchrun_and_slurm_say_which_shard(
    environment: dict[str, str], shard: Shard | None
) -> None:
    assert shard_of_environment(environment) == shard


def test_a_strange_rank_is_named() -> None:
    with pytest.raises(MaskwrightError, match="RANK=x"):
        shard_of_environment({"RANK": "x", "WORLD_SIZE": "2"})
