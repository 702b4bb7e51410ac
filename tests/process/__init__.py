"""The program as it is sold: real processes on a real line, killed, unplugged and misused."""
