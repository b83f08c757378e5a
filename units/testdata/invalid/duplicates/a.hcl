app "api" {
  command = ["true"]
}
variable "x" {
  default = 1
}
