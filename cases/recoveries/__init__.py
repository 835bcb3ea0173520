"""Money that our customers were defrauded of: asked back from the institution that received it."""
