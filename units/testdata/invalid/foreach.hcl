app "a" {
  for_each = ["x", "y"] # ERROR: for_each has to be a map or a set, not a list; Instances need names: write toset([…]).
  command  = ["true"]
}
app "b" {
  for_each = secret("password") # ERROR: sensitive value in for_each
  command  = ["true"]
}
app "c" {
  for_each = { "x y" = 1 } # ERROR: key "x y" of for_each is not allowed
  command  = ["true"]
}
app "d" {
  for_each = toset([1, 2]) # ERROR: for_each has to be a set of texts
  command  = ["true"]
}
app "e" {
  for_each = app.f # ERROR: "app" cannot be used here; Only var, local, host, user and path can.
  command  = ["true"]
}
app "f" {
  for_each = null # ERROR: for_each is null
  command  = ["true"]
}
app "g" {
  for_each = 3 # ERROR: for_each has to be a map, an object or a set of texts, not a number
  command  = ["true"]
}
app "h" {
  for_each = { for i in range(1001) : "k${i}" => i } # ERROR: for_each has more than 1000 instances
  command  = ["true"]
}
