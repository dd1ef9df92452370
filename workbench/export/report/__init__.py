"""The HTML report of a run: one file that can be attached to an email and read anywhere."""
