# VAR hidden=x
# VAR wrkers=3
# ENVIRONMENT UNITD_VAR_flag=perhaps
# ERROR nowhere: --var hidden: the variable is sensitive; A command line is visible
# ERROR nowhere: --var wrkers: no such variable; Did you mean "workers"?
# ERROR nowhere: value of variable "flag" from the environment has a wrong type; It has to be bool
variable "workers" {
  type    = number
  default = "x" # ERROR: the default of variable "workers" has a wrong type; It has to be number: a number is required
}
variable "none" { # ERROR: variable "none" has no value; Give it a default, or set NONE=… in config.env
}
variable "kind" {
  type    = strng # ERROR: invalid type specification
  default = 1
}
variable "hidden" {
  sensitive = true
  default   = "hunter2"
  validation {  # ERROR: variable "hidden": at least 20 characters
    condition     = length(var.hidden) >= 20
    error_message = "at least 20 characters"
  }
}
variable "count" {
  default = 3
  validation {
    condition     = var.count < 3 # ERROR: variable "count": count is 3; It comes from config.local.env.
    error_message = "count is ${var.count}"
  }
  validation { # ERROR: validation without condition
    message = "x" # ERROR: unknown attribute "message" in validation
  }
  validation {
    condition = "x" # ERROR: condition is neither true nor false
  }
}
variable "flag" {
  type    = bool
  default = true
}
variable "circular" {
  default = var.count # ERROR: "var" cannot be used here; Only host, user and path can.
}
variable "leak" {
  default = secret("/units/password") # ERROR: sensitive default; Add `sensitive = true` to the variable
}
variable "list" {
  type    = list(number)
  default = [1]
}
variable "token" {
  type      = number
  sensitive = true
  default   = "hunter2" # ERROR: the default of variable "token" has a wrong type; It has to be number.
}
variable "pin" {
  type      = number
  sensitive = true
  default   = 1
}
