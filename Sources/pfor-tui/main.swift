import PForApp

PForTUI.begin()
