"""A study: its folder, its settings, and its own files over time."""
