"""What crosses a process border: message structs, one YAML a topic, JSON Schema and a validated example each."""
