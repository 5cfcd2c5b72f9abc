"""Published claims about the program, each with its measure and what the data at hand say of it."""
