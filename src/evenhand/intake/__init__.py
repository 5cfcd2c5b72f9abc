"""Bringing a jail's export into a record: readers, a mapping, stated policies, quarantine."""
