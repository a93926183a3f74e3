"""Filters for the pages of all houses."""
