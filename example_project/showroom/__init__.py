"""What is not the shop itself: its data, the forms of every page, their comparison."""
