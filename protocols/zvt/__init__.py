"""ZVT 700: the German and Austrian till interface, over a serial line or TCP."""
