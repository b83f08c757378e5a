unitd "x" { # ERROR: unitd takes no name
  required_version = "newest" # ERROR: required_version is no comparison; Write ">= 0.1"
}
