"""The running agent."""
