"""What a movement was for, where a rule cannot know it: from what holders said, from who was paid, and from the text."""
