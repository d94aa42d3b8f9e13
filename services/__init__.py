"""What the product does. Nothing below this line knows a web framework."""
