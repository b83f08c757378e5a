locals {
  2x = 1 # ERROR: A name begins with a letter
}
