"""What a gateway does, in front of every noun: who is asking, may they, how often, and one shape for every refusal."""
