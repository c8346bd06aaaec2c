"""What the shell commands do, as plain functions."""
