"""Goals: money set aside under an account, with or without a target."""
