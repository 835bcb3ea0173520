"""Recoveries of Pix that customers were defrauded of, under the special return mechanism."""
