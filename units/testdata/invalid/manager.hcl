unitd {
  required_version = ">= 9.0" # ERROR: these files require unitd >= 9.0; This is unitd 0.1.0-dev
  namespace        = "on"     # ERROR: unknown namespace "on"
  control {
    mode = 700 # ERROR: mode = "0700"
  }
}
unitd { # ERROR: second unitd block
}
