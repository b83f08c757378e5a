app "b" {
  command  = ["true"]
}
pool "b" {
  app      = app.b
}
job "a" {
  command = ["true"]
}
pipeline "a" {
  trigger "poll" { # ERROR: not in this version of unitd: trigger of pipeline
    every = "1m"
  }
  step "fetch" {
    git {
      url = "https://git.example/site.git"
    }
  }
  step "a" {
    command = ["true"]
  }
}
app "defaults" {
  command  = ["true"]
  type     = "simple"
  watchdog = null
  control  = false
  log {
    mode  = "file"
    files = []
  }
  sandbox {
    namespace   = "auto"
    private_tmp = false
    read_only   = []
  }
}
