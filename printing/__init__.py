"""Paper: a sheet of cells and what it becomes (text, printer commands, picture, page); no I/O."""
