"""A believable city, and its history lived through the real actions."""
