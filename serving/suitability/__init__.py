"""Suitability: what customers say of themselves as investors, and the profile that it comes to while it holds."""
