"""Named scenarios, as data."""
