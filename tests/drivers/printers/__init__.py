"""Tests of the lines to printers and of the print exchange."""
