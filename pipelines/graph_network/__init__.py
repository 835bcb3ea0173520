"""The graph network's life: learned with torch, compared with trees, registered, its scores kept every night and told."""
