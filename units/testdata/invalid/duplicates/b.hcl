app "api" { # ERROR: duplicate app.api; The other one is at a.hcl:1.
  command = ["true"]
}
variable "x" { # ERROR: duplicate var.x; The other one is at a.hcl:4.
  default = 1
}
