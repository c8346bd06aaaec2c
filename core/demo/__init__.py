"""The demo project: real photographs, a reference drawn by hand, predictions of the models."""
