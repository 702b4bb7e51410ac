"""The simulated terminal: its books, its device, its cable, its line and its process."""
