"""The pages of the shop floor."""
