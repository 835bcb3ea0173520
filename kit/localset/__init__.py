"""A set of servers and processes on one machine: free ports, checked jars, server recipes, supervision, readiness.

It knows PostgreSQL, Kafka and Valkey as programs to run, and nothing of what they are run for.
"""
