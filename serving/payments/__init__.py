"""Transfers: claimed, decided, posted or held or denied, and answered; each exactly once."""
