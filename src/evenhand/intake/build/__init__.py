"""From rows of text to candidate events, a batch at a time."""
