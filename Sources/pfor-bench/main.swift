print("pfor-bench")
