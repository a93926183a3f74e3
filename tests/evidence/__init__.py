"""Tests of the evidence house."""
