"""What stands out in who pays whom, as assets."""
