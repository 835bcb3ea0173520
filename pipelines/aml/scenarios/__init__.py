"""The scenarios of `risk.scenarios` over history: what they find of payments that took place, as live engines would.

For simulating a change of parameters before it holds, for what is too long for a stream, and as what streams are held against.
"""
