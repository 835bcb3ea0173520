"""Disputes of a received Pix under the special return mechanism (MED): analysed in 7 days, returned in 11."""
