# Names that other programs have for things, and where they are here.
app "x" {
  ExecStart          = "x"                    # ERROR: unknown attribute "ExecStart" in app; The program is `command`, a list
  command            = ["true", "${env.PATH}"] # ERROR: unknown name "env"; For the environment of unitd write env("PATH")
  Umask              = "0022"                 # ERROR: unknown attribute "Umask" in app; It is called `umask`
  cron               = "@daily"               # ERROR: A program that runs at certain times is a `job`
  schedule           = "@daily"               # ERROR: A program that runs at certain times is a `job`
  numprocs           = 3                      # ERROR: Copies behind a socket are a `pool`
  workers            = 3                      # ERROR: Copies behind a socket are a `pool`
  max_memory_restart = "1G"                   # ERROR: Write limits { memory = "256M" }
  listen             = "127.0.0.1:8001"       # ERROR: "listen" is a block; Sockets are opened by unitd: listen "http" { address = "127.0.0.1:8001" }
}
job "x" {
  command = ["true"]
  cron    = "@daily" # ERROR: It is called `schedule`
}
pool "x" {
  app     = app.x
  command = ["true"] # ERROR: unknown attribute "command" in pool; It belongs to the app that the pool runs
  restart {          # ERROR: unknown block "restart" in pool; It belongs to the app that the pool runs
    delay = "1s"
  }
}
