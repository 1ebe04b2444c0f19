"""What the headers of a tree define, by name: found when somebody asks, read one item at a time."""
