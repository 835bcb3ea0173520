"""Long-running processes between topics and stores."""
