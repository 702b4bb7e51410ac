"""The pure refund core, proved over its tables and over whole worlds of histories."""
