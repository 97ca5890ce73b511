"""How quick the agents' desk is in a browser when there is much on it, and whether a long day makes it grow."""
