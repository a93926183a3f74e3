"""People, organisations, posts and appointments, sign-in, and the acting person."""
