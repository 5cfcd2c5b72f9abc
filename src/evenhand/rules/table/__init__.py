"""The `table` engine: the same rules as relational expressions (Ibis), for records of any size."""
