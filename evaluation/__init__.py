"""Measures, each pure: from records to numbers. Knows nothing of files, models or how the records came about."""
