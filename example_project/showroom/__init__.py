"""What is not the shop itself: its data, its two forms of every page, their comparison."""
