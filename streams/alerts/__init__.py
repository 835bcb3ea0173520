"""Alerts within seconds: a Faust app that makes every flagged decision the member of one alert."""
