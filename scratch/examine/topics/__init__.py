"""A file per topic: the tasks, the cases that each is tried on, and how what a reader hands in is called."""
