import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.nesting import MAX_DEPTH, Nesting

VALUES = st.recursive(
    st.none() | st.text('[]{}"\\aü', max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('[{"\\b', max_size=3), inner, max_size=2)
    ),
    max_leaves=8,
)


def wrapped(value: object, levels: int) -> bytes:
    for n in range(levels):
        value = [value, "]"] if n % 2 else {'"[': value}
    return json.dumps(value, ensure_ascii=False).encode()


@given(VALUES, st.integers(1, 40))
def test_what_is_flat_enough_passes_in_parts_of_any_size(value: object, size: int) -> None:
    text, nesting = wrapped(value, 20), Nesting()
    assert not any(nesting.is_deep(text[at : at + size]) for at in range(0, len(text), size))


@given(VALUES, st.integers(1, 40))
def test_what_is_deep_is_found_in_parts_of_any_size(value: object, size: int) -> None:
    text, nesting = wrapped(value, 2 * MAX_DEPTH + 1), Nesting()
    assert any(nesting.is_deep(text[at : at + size]) for at in range(0, len(text), size))


@pytest.mark.parametrize("levels", [MAX_DEPTH, MAX_DEPTH + 1])
def test_the_limit_is_exact_where_the_text_comes_whole(levels: int) -> None:
    assert Nesting().is_deep(wrapped("", levels)) is (levels > MAX_DEPTH)
