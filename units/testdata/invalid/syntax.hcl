app "a" {
  command = ["true"
  env = {} # ERROR: missing item separator
}
