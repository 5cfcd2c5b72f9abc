"""Fiscal-year figures of a record, with disclosure control."""
