"""Layers, areas and facilities; locating points in all layers at once."""
