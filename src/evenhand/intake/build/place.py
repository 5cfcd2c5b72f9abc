"""Where an event was: its facility, and by it the agency and the time zone."""

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from evenhand.intake.build.convert import RefusedError, translate
from evenhand.intake.build.view import Mask, View, mask_of
from evenhand.intake.mapping.model import Cell, Mapping


@dataclass
class Place:
    """Facility, agency and zone of a view's rows; `bad` rows have no usable agency or zone.

    `zone_codes` index `zones`; -1 where there is none.
    """

    facility: pa.Array
    agency: pa.Array
    zone: pa.Array
    zone_codes: npt.NDArray[np.int32]
    zones: list[str]
    bad: list[tuple[Mask, str, pa.Array, str, str]]


@lru_cache(4096)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def place(view: View, mapping: Mapping, own_facility: Cell | None) -> Place:
    """The place of each row. Shape: one value a row of the view."""
    cell = own_facility or mapping.facility
    key = ("place", cell.model_dump_json() if cell else "")
    if key in view.memory:
        return view.memory[key]  # type: ignore[return-value]
    code = view.cell_text(cell) if cell is not None else pa.nulls(len(view), pa.string())
    facility, agency, zone = code, _translated(view, mapping.agency), _translated(view, mapping.zone)
    for name, facts in mapping.facilities.items():
        here = pc.fill_null(pc.equal(code, name), False)
        if facts.name is not None:
            facility = pc.if_else(here, facts.name, facility)
        if facts.agency is not None:
            agency = pc.if_else(here, facts.agency, agency)
        if facts.zone is not None:
            zone = pc.if_else(here, facts.zone, zone)
    coded = pc.dictionary_encode(zone)
    zones = coded.dictionary.to_pylist()
    zone_codes = np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int32)
    bad = []
    unknown = [i for i, z in enumerate(zones) if not _is_zone(z)]
    no_zone = (zone_codes < 0) | np.isin(zone_codes, unknown)
    if no_zone.any():
        zone_codes = np.where(no_zone, -1, zone_codes).astype(np.int32)
        remedy = "Give an IANA name such as America/New_York, or state `zone` in the mapping."
        bad.append((no_zone, "zone", zone, "the time zone is missing or unknown", remedy))
    length = pc.utf8_length(agency)
    no_agency = ~mask_of(pc.and_(pc.greater_equal(length, 7), pc.less_equal(length, 9)))
    if no_agency.any():
        remedy = "Give the ORI (7 to 9 characters), or state `agency` in the mapping."
        bad.append((no_agency, "agency", agency, "the agency's ORI is missing or of a wrong length", remedy))
    done = Place(facility, agency, zone, zone_codes, zones, bad)
    view.memory[key] = done
    return done


def _translated(view: View, cell: Cell) -> pa.Array:
    """The cell's text through its own `values` and `patterns`; an empty cell has the `default`, if any."""
    text = view.cell_text(cell)
    if cell.values is None and cell.patterns is None:
        return text
    coded = pc.dictionary_encode(text)
    codes = [_code(cell, distinct) for distinct in coded.dictionary.to_pylist()]
    found = pa.array(codes, pa.string()).take(coded.indices)
    return found if cell.default is None else pc.fill_null(found, cell.default)


def _code(cell: Cell, text: str) -> str | None:
    try:
        return translate(cell, text)
    except RefusedError:
        return None
