"""Programs of others against our simulated terminals, each in an environment of its own."""
