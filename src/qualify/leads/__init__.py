"""The three tables: reading, parsing, profiling, and lead documents."""
