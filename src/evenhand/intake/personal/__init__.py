"""Keep personal data out of the public part of a record: find it by header and by look, and make keys."""
