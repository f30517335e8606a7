"""The checklist of a fast Django project: ten points, each answered with evidence."""
