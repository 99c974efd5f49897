import ArgumentParser

PForBench.main()
