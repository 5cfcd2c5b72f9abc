"""Resolving candidate events against each other: duplicates, one event a booking, impossible orders."""
