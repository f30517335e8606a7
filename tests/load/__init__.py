"""The shop under load: many requests at once, each marked, so that nothing can be mixed up unseen."""
