"""The catalogue: packs of categories, standards, calendars and options, as data."""
