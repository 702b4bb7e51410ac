"""Runs effects and feeds events: the only part of the agent that drives a terminal."""
