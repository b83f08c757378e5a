locals {
  x = 1e999999999 # ERROR: number out of range
}
