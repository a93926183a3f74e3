"""Who answers for what, where, since when, and why."""
