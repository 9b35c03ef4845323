options=(--only A6,F1)
