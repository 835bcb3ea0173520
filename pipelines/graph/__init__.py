"""What stands out in who pays whom: components, communities and PageRank, found every night and kept in the warehouse."""
