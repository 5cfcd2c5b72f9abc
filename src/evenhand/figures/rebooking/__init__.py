"""Time from a release to the next booking of the same person, as survival curves."""
