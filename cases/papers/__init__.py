"""Papers of casework: notes and evidence, sealed under the case's customer."""
