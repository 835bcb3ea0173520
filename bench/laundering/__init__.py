"""Launderers in graphs of payments: files, planted groups, folds, and graphs of the same kind to choose by."""
