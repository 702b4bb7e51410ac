"""One suite for every protocol and every simulated terminal; nobody edits it for a new one."""
