"""Tests of the drivers package."""
