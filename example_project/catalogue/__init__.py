"""What the shop sells: categories, brands, products and their pictures."""
