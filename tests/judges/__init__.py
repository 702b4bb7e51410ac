"""Independent judges: programs that other people wrote look at our bytes."""
