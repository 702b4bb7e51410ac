"""Everything that proves the product; it may import all of it."""
