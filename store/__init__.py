"""Parts on disk, DuckDB over them, releases made from them. Knows files; knows nothing of how words or
pictures come about."""
