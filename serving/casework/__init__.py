"""Cases: opened from alerts, worked on, decided by two people."""
