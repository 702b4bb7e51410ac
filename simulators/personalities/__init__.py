"""One module or folder per protocol: how that protocol's terminal behaves on its line."""
