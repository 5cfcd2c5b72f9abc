"""Exports of the record to people outside the program, each under its legal ground (REC-05)."""
