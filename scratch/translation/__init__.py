"""Editions of the site in other languages: the finished English pages, their texts taken from a catalogue."""
