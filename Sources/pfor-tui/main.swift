print("pfor-tui")
