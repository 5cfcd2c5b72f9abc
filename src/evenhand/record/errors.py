"""What can go wrong with a record."""


class RecordError(Exception):
    """A record that cannot be read or written; the message names the file and the remedy."""
