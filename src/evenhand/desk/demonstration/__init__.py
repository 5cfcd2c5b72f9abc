"""A made-up county to try the desk on: a simulated record, taken in through the guard up to this moment."""
