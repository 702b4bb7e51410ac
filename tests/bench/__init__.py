"""Figures for `make bench`; each is a ratio measured in one run."""
