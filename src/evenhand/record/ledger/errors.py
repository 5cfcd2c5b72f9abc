"""What can go wrong with a ledger: it was used wrongly, or it does not verify."""


class LedgerError(Exception):
    """Wrong use or unusable input; the message says what to do."""


class VerificationError(LedgerError):
    """Something does not verify. `place` names the first leaf, tile or file that is bad."""

    def __init__(self, message: str, *, place: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place
