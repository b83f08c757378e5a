app "a" {
  command  = ["true"]
  remain   = true # ERROR: remain without type = "oneshot"
  reload {        # ERROR: reload of app without signal or command
  }
  restart {
    policy      = "on-failed" # ERROR: unknown policy "on-failed"; Did you mean "on-failure"?
    delay       = "2m"
    max_delay   = "1m" # ERROR: max_delay is shorter than delay; The delay is 2m
    factor      = 0.5  # ERROR: factor is out of range; It is from 1 to 1000
    jitter      = "x"  # ERROR: jitter has to be a number, not a text
    immediate   = ["oom", "stop"] # ERROR: unknown immediate "stop"
    burst       = -1   # ERROR: burst is out of range
    prevent     = 3    # ERROR: prevent has to be a list, not a number
    force       = ["SIGTERM", 1.5] # ERROR: exit code out of range
  }
}
app "notify-reload" {
  command = ["true"]
  type    = "notify-reload"
  reload { # ERROR: reload by command with type = "notify-reload"; It reloads by a signal and says when it has
    command = ["kill"]
  }
}
app "ready" {
  command  = ["true"]
  ready_fd = 3 # ERROR: ready_fd is the number of a listening socket; Its listening socket is fd 3, so the first number that is free is 4.
  listen "http" {
    address = "127.0.0.1:8008"
  }
}
app "stored" {
  command      = ["true"]
  fd_store_max = 4
  ready_fd     = 7 # ERROR: ready_fd is a number that what is stored may have; fd_store_max is 4, so the first number that is always free is 8.
  listen "http" {
    address = "127.0.0.1:8009"
  }
}
app "b" {
  command = ["true"]
  type    = "oneshot"
  reload { # ERROR: reload of a oneshot; Once it has ended nothing is left to reload
    signal  = "SIGHUP"
    command = ["kill"] # ERROR: signal and command together
  }
  restart {
    policy = "always" # ERROR: restart policy "always" of a oneshot
  }
}
app "c" {
  command = ["true"]
  limits {
    open_files    = -1       # ERROR: open_files is out of range
    core          = "1 GB"   # ERROR: core is no size: "1 GB"
    nice          = 20       # ERROR: nice is out of range; It is from -20 to 19
    oom_score_adj = 2000     # ERROR: oom_score_adj is out of range
    cpu_time      = "1ms"    # ERROR: cpu_time is too short
    file_size     = "99999999999T" # ERROR: A size is at most
    stack         = true     # ERROR: stack is no size
    io_class      = "best-effort:8" # ERROR: io_class is no class: "best-effort:8"; It is "idle", or
    cpus          = [0, 2]   # ERROR: this account may not use CPU 2; It may use 0-1,3.
  }
  log {
    stdout = "" # ERROR: stdout: a path cannot be empty
  }
}
