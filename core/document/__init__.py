"""What an annotated project is; NumPy and the standard library only."""
