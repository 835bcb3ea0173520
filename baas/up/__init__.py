"""The steps of `baas up`: servers, databases, topics, processes, history; each can be run again and changes nothing then."""
