app "a" {
  command     = ["true"]
  description = ["x"]   # ERROR: description has to be a text, not a list
  enabled     = "maybe" # ERROR: enabled has to be true or false, not a text
  env         = "A=1"   # ERROR: env has to be a map, not a text; Write env = { NAME = "value" }
  env_file    = ".env"  # ERROR: env_file has to be a list, not a text; Write it in brackets: env_file = [".env"]
  requires    = "app.b" # ERROR: requires has to be a list, not a text
  after       = ["app.b"] # ERROR: an element of after is not a unit but a text; Write a reference without quotes
  wants       = app.b     # ERROR: wants has to be a list, not a unit; Write it in brackets
  supervisor  = app.b     # ERROR: supervisor has to be a supervisor, and app.b is an app
  type        = "simpel"  # ERROR: unknown type "simpel"; Did you mean "simple"?
  kill_mode   = "all"     # ERROR: unknown kill_mode "all"; kill_mode is "mixed", "control-group" or "process"
  stop_signal = "SIGTREM" # ERROR: There is no signal "SIGTREM"; the nearest name is "SIGTERM"
  umask       = "999"     # ERROR: umask is no mode: "999"; Write it in octal, as "0660"
  success_exit = [300, "SIGFOO", true] # ERROR: exit code out of range # ERROR: There is no signal "SIGFOO" # ERROR: There is no signal "true"
  start_timeout = 90      # ERROR: start_timeout = "90s"
  stop_timeout  = "10"    # ERROR: stop_timeout is no duration: "10"; Write a duration as "500ms", "30s"
  runtime_max   = "-1s"   # ERROR: runtime_max is no duration: "-1s"
  path_prepend  = ["a", ["b"]] # ERROR: an element of path_prepend has to be a text, not a list
  directory     = ""           # ERROR: directory: a path cannot be empty
  pre_start     = ["echo", "x"] # ERROR: pre_start has to be a list of commands, each of them a list
  post_stop     = [[]]          # ERROR: post_stop is empty
}

app "b" {
  command      = [app.a]           # ERROR: an argument of command has to be a text, not a unit
  env          = { A = ["x"], "B=C" = "1", LISTEN_FDS = "3", "D E" = "1" } # ERROR: env.A has to be a text, not a list # ERROR: name in env is not allowed # ERROR: name in env is not allowed # ERROR: env.LISTEN_FDS is set by unitd itself
  env_file     = [{ file = "x" }, {}, { path = "x", required = "no" }, 3.5] # ERROR: unknown attribute "file" in env_file # ERROR: env_file without path # ERROR: required of env_file has to be true or false # WARNING: env_file 3.5: does not exist
  path_prepend = ["~other/bin"] # ERROR: only "~/" is expanded
  directory    = "a\u0000b"     # ERROR: directory holds a NUL byte
}

app "c" { # ERROR: app without command
}

app "d" {
  command = [] # ERROR: command is empty
}

app "e" {
  command = ["", "x"] # ERROR: the program of command is an empty text
}

app "f" {
  command = ["x", null] # ERROR: an argument of command is null
}

app "g" {
  command   = ["x"]
  pre_start = concat([["a"]], ["b"], [[]]) # ERROR: each of them a list # ERROR: a command in pre_start is empty
}
