"""What the disk may do to the journal: power cuts rebuilt from recorded writes, and errors."""
