"""The demonstration city: invented from a seed, and lived through the ordinary actions."""
