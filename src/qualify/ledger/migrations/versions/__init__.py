"""The versions, in order. A file of a released version is never changed."""
