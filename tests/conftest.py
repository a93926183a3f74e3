"""What every test stands on: one database of the engine asked for."""
