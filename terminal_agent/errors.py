"""What can go wrong in the agent itself, beside the line, the bytes and the journal."""

from __future__ import annotations

from protocols.kit.errors import RefundAgentError


class ConfigError(RefundAgentError):
    """The configuration is missing or wrong: names file, key and remedy."""

    def __init__(
        self, code: str, what_happened: str, *, file: str, key: str, what_to_do: str
    ) -> None:
        super().__init__(
            code,
            what_happened,
            what_to_do=what_to_do,
            details={
                "file": file,
                "key": key,
                "problem": what_happened,
                "remedy": what_to_do,
            },
        )


class UsageError(RefundAgentError):
    """The command line asks for something that cannot be: no money moved, nothing was sent."""


class InstallationError(RefundAgentError):
    """Files of the agent were replaced or lost."""
