"""What `qualify init` finds out about a user's own tables."""
