stray = 1 # ERROR: attribute "stray" outside of a block

servise "web" { # ERROR: unknown block "servise"
}

service "web" { # ERROR: unknown block "service"; A program is an `app`
}

app "api" {
  comand    = ["true"] # ERROR: unknown attribute "comand" in app; Did you mean "command"?
  command   = ["true"]
  directori = "/" # ERROR: Did you mean "directory"?
  env {           # ERROR: "env" is an attribute; Write env = … with an =
  }
  restart = "always" # ERROR: "restart" is a block; Write restart { policy = "always" }
  helth "web" {      # ERROR: unknown block "helth" in app; Did you mean "health"?
  }
  working_directory = "/" # ERROR: It is called `directory`
  log {
    stdot = "x.log" # ERROR: unknown attribute "stdot" in log; Did you mean "stdout"?
  }
  log { # ERROR: second log block; There is one already at unknown.hcl:19
  }
  limits "x" { # ERROR: limits takes no name
  }
}

delay "settle" {
  duration = "1s"
  commands = [] # ERROR: unknown attribute "commands" in delay
}

locals "x" { # ERROR: locals has no name
  nested {   # ERROR: block in locals; Write it as an attribute: nested = { … }
  }
}
