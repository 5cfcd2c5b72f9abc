"""What makes intake refuse a whole source or mapping."""


class IntakeError(Exception):
    """A source or a mapping that cannot be used. The message names the place, the value and the remedy."""
