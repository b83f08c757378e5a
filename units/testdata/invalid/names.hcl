app { # ERROR: app without a name; Write app "NAME" { … }
  command = ["true"]
}
app "a" "b" { # ERROR: app with two names
  command = ["true"]
}
app "2048" { # ERROR: write "n2048"
  command = ["true"]
}
app "Web" { # ERROR: name "Web" is not allowed; Names are [a-z][a-z0-9_-]*. Write "web".
  command = ["true"]
}
app "a.b" { # ERROR: name "a.b" is not allowed
  command = ["true"]
}
app "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" { # ERROR: longer than 64
  command = ["true"]
}
variable "1x" { # ERROR: name "1x" begins with a digit
}
