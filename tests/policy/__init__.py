"""What the shop allows, decision by decision."""
