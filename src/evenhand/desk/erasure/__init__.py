"""Court orders to erase: entered by one person, confirmed by another, carried out, and what is left to do."""
