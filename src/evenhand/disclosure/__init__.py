"""Disclosure control: which cells of linked tables are withheld, and the proof that they stay unknown."""
