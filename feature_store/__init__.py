"""Feature definitions (the one list) and the engines that compute them."""
