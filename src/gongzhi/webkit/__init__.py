"""Django helpers without words of the trade."""
