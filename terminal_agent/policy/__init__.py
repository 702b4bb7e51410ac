"""What the shop allows and which way is chosen; pure, with text keys that say why."""
