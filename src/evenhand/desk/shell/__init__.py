"""What every page has: form markup in the design system's classes, navigation by role, the notice."""
