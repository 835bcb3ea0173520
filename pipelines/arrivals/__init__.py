"""What has come since somebody looked last, for the sensors."""
