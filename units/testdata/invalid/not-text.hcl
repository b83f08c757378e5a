app "a" {
  command = ["café"] # ERROR: not a text file in UTF-8
}
