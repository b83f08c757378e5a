# The name of a secret is that of a file, and with env = true of a variable; where the value is, is said in one way.
app "a" {
  command = ["true"]
  env     = { WHERE = path.credentials }
  secret "none" { # ERROR: secret of app without file or value
  }
  secret "both" {
    file  = "/home/shop/secret/password"
    value = "x" # ERROR: file and value together
  }
  secret "../escape" { # ERROR: name "../escape" is not allowed; Names of secrets are
    value = "x"
  }
  secret ".." { # ERROR: name ".." is not allowed
    value = "x"
  }
  secret "tls.key" {
    value = "x"
    env   = true # ERROR: secret "tls.key" cannot be a variable
  }
  secret "INVOCATION_ID" {
    value = "x"
    env   = true # ERROR: variable INVOCATION_ID is set by unitd itself
  }
  secret "list" {
    value = [secret("/home/shop/secret/password")] # ERROR: value has to be a text, not a list
  }
  secret "path" {
    file = secret("/home/shop/secret/password") # ERROR: sensitive value in file
  }
  secret "empty" {
    file = "" # ERROR: file: a path cannot be empty
  }
  secret "worker" {
    value = worker.index # ERROR: worker.index in a program that no pool runs
  }
}
app "b" {
  command = ["true"]
  secret "missing" { # WARNING: secret missing: /home/shop/nothing does not exist
    file = "~/nothing"
  }
}
app "c" {
  command = ["true", path.credentials] # ERROR: path.credentials in a program without secrets; Give it a secret
}
