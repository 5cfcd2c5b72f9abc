"""The `array` engine: the rules on NumPy arrays over Arrow columns, exact for every history, for any size."""
