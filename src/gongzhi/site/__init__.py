"""Settings, addresses, base templates and the command line: wires, decides nothing."""
