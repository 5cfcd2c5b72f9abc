"""HTML entities in cells, such as `&amp;`, as the characters that they stand for."""

import html
import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_AMPERSAND = re.compile(b"&")
_MOST_ROUNDS = 3
"""How often text may have been escaped: `&amp;amp;` was escaped twice."""


def unescape_entities(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, int]:
    """Return a text column without HTML entities, and how many of its cells had any."""
    # A search of the bytes is many times faster than the expression, and most columns have no such character.
    if not any(_has_ampersand(chunk) for chunk in column.chunks):
        return column, 0
    if not pc.any(pc.match_substring_regex(column, _ENTITY.pattern)).as_py():
        return column, 0
    distinct = column.dictionary_encode().combine_chunks()
    before = distinct.dictionary.to_pylist()
    after = [_unescape(text) for text in before]
    changed = pa.array([a != b for a, b in zip(after, before, strict=True)])
    hits = pc.fill_null(changed.take(distinct.indices), False)
    return pa.chunked_array([pa.array(after, pa.string()).take(distinct.indices)]), int(
        np.count_nonzero(hits.to_numpy(zero_copy_only=False))
    )


def _has_ampersand(texts: pa.StringArray) -> bool:
    """Whether the bytes of a text column have an ampersand, perhaps outside of a slice's own texts."""
    data = texts.buffers()[2]
    return data is not None and _AMPERSAND.search(memoryview(data)) is not None


def _unescape(text: str) -> str:
    if _ENTITY.search(text) is None:
        return text
    in_json = text[:1] in "[{" and _is_json(text)
    for _ in range(_MOST_ROUNDS):
        plain = _ENTITY.sub(lambda found: _character(found[0], in_json), text)
        if plain == text:
            break
        text = plain
    return text


def _character(entity: str, in_json: bool) -> str:
    """Return an entity's character; an entity that HTML does not have stays as it is."""
    character = html.unescape(entity)
    return json.dumps(character)[1:-1] if in_json and character != entity else character


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
