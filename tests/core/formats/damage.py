"""Damage to sound files: other values, missing parts, cut and swapped bytes."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from hypothesis import strategies as st

from tests.core.formats.sound_files import Case

NASTY_NUMBERS = st.sampled_from(
    (
        *(0, -1, 1, 2, 255, 256, 2**31, 2**32, 2**53, 2**63, 2**64, 10**30, -(10**30), 0.5, -0.0),
        *(1e-310, 1e7, 1e8, 1e9, 1e154, 1e155, 1e300, 1.7e308, -1.7e308),
        *(float("inf"), float("nan")),
    )
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        NASTY_NUMBERS,
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.sampled_from(
            (
                *(
                    "",
                    "../../etc/passwd",
                    "C:\\x",
                    "a\0b",
                    "http://h/a.png",
                    "mask",
                    "b'..'",
                    "nan",
                ),
                *(
                    "1e999",
                    "b'..'",
                    "a.png",
                    "\ud800",
                    "0",
                    "b'1'",
                    "//h/s/a.png",
                    "con",
                    "a" * 300,
                ),
            )
        ),
        st.sampled_from([[1e9, -1e9], [[1e308, 0], [0, 1e308], [1, 1]], [32, 24], {}, [[]], [{}]]),
        st.text(max_size=4),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=7), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=10,
)
_NASTY_BYTES = st.sampled_from(
    (
        *(b"1e999", b"nan", b"-", b"\n", b"*a", b"&a [", b"!!", b"\xff\xfe", b"<", b"&x;", b"]]>"),
        *(b"99999999999999999999", b"1e155", b"-1e308", b"\0", b"<!DOCTYPE a>", b"\xef\xbb\xbf"),
    )
)
_ELEMENT = re.compile(rb"<(\w+)>[^<]*</\1>")


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            found += _places(item, (*path, key))
    return found


def _with_numbers(value: Any, draw: st.DrawFn) -> Any:
    """Every number below a value replaced by one that breaks sums and products."""
    if isinstance(value, dict):
        return {key: _with_numbers(item, draw) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_numbers(item, draw) for item in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return draw(st.one_of(NASTY_NUMBERS, st.just(value)))
    return value


@st.composite
def other_json(draw: st.DrawFn, data: bytes) -> bytes:
    """JSON with some values replaced, doubled or taken out."""
    content = copy.deepcopy(json.loads(data))
    for _ in range(draw(st.integers(1, 3))):
        places = _places(content)
        if not places:
            break
        *way, last = draw(st.sampled_from(places))
        parent = content
        for key in way:
            parent = parent[key]
        match draw(st.integers(0, 5)):
            case 0:
                del parent[last]
            case 1:
                parent[last] = _with_numbers(parent[last], draw)
            case 2 if isinstance(parent, list):
                parent.append(copy.deepcopy(parent[last]))
            case _:
                parent[last] = copy.deepcopy(draw(VALUES))
    text = json.dumps(content, ensure_ascii=draw(st.booleans()))
    return text.encode("utf-8", "surrogatepass")


@st.composite
def other_xml(draw: st.DrawFn, data: bytes) -> bytes:
    """XML with elements that say something else, are missing, or are there twice."""
    for _ in range(draw(st.integers(1, 3))):
        elements = list(_ELEMENT.finditer(data))
        if not elements:
            break
        found = draw(st.sampled_from(elements))
        name = found.group(1)
        put = draw(
            st.one_of(
                st.just(b""),
                st.just(found.group() * 2),
                st.one_of(NASTY_NUMBERS, st.text(max_size=5), st.floats()).map(
                    lambda value, name=name: (  # type: ignore[misc]
                        b"<%b>%b</%b>" % (name, str(value).encode("utf-8", "ignore"), name)
                    )
                ),
            )
        )
        data = data[: found.start()] + put + data[found.end() :]
    return data


@st.composite
def other_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes with a few of them cut, replaced or doubled."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(len(changed) - 1, 0)))
        put = draw(st.one_of(st.binary(max_size=6), _NASTY_BYTES))
        changed[at : at + draw(st.integers(0, 12))] = put
    return bytes(changed[: draw(st.integers(0, len(changed)))] if draw(st.booleans()) else changed)


@st.composite
def damaged_files(draw: st.DrawFn, case: Case) -> dict[str, bytes]:
    """The files of a case with one of them damaged."""
    name = draw(st.sampled_from(case.damaged))
    data = case.files[name]
    in_its_language = draw(st.integers(0, 4)) > 0
    if name.endswith(".json") and in_its_language:
        data = draw(other_json(data))
    elif name.endswith(".xml") and in_its_language:
        data = draw(other_xml(data))
    else:
        data = draw(other_bytes(data))
    return {**case.files, name: data}
