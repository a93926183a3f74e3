"""Sentences for the refusals of the kernel, which knows no Django."""

REFUSALS: dict[str, object] = {}
