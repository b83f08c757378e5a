variable "my-word" {
  default = 1
}
variable "my_word" { # ERROR: var.my_word and var.my-word have the same key in config.env; Both would be set by MY_WORD. The other one is at same-key.hcl:1
  default = 2
}
