app "a" {
  command = ["true"]
  restart { delay = "1s", factor = 2 } # ERROR: A block on one line holds one attribute only
}
