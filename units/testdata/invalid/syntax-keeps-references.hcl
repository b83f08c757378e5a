# What stands in a broken part is not called missing, and other blocks are checked all the same.
app "a" {
  command = ["true"]
  after   = [delay.settle]
  typ     = "simple" # ERROR: unknown attribute "typ"
}

delay "settle" {
  duration = = "1s" # ERROR: invalid expression
}
