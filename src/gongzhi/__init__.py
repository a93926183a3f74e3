"""Gongzhi (共治): an open platform on which a whole city governs itself together."""

__version__ = "0.1.0"
