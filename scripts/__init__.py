"""What developers run: checks, words, reference pages."""
