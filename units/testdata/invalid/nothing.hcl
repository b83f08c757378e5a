# What is given and comes to nothing: null is as good as leaving an attribute out, and no text is empty that has to be there.
variable "none" {
  default = null
}
delay "a" { # ERROR: delay without duration
  duration = null
}
delay "b" {
  duration = "1s"
  until { # ERROR: until of delay without address, url, path or command
    path = var.none
  }
}
app "a" {
  command     = ["true"]
  stop_signal = "" # ERROR: stop_signal is empty; Give it a value, or leave it out.
  umask       = null
  directory   = var.none
  reload { # ERROR: reload of app without signal or command
    signal = null
  }
  listen "a" { # ERROR: listen of app without address
    address = null
  }
  listen "b" {
    address = "" # ERROR: address is empty
  }
  listen "c" {
    address = "unix:~/c.sock"
    group   = "others" # WARNING: this account is no member of group others
  }
  health "a" {
    url    = "http://127.0.0.1:81/"
    path   = null
    status = [] # ERROR: status is empty
  }
  health "b" {
    path = "" # ERROR: path is empty
  }
  health "c" {
    url = "" # ERROR: url is empty
  }
  health "d" {
    address = "" # ERROR: address is empty
  }
  health "e" { # ERROR: health without path, url, address or command
    path = null
  }
  health "f" {
    url    = "http://127.0.0.1:81/"
    status = null
  }
  secret "a" { # ERROR: secret of app without file or value
    file = null
  }
  limits {
    io_class = "" # ERROR: io_class is empty
    cpu      = "" # ERROR: cpu is empty
    memory   = 99999999999999999999 # ERROR: memory is too large; A size is at most 8388607T.
  }
  restart {
    interval = "5m" # ERROR: interval without burst; It is the time
  }
}
pool "a" { # ERROR: pool without app
  app = null
}
job "a" {
  command = ["true"]
  every   = null
  jitter  = "5s" # ERROR: jitter without schedule or every
  retry {
    delay     = "1s"  # ERROR: delay without attempts
    max_delay = "10s" # ERROR: max_delay without attempts
  }
}
supervisor "a" {
  intensity { # ERROR: intensity of supervisor without burst
    burst = null
  }
  defaults {
    restart {
      interval = "1m"
    }
  }
}
app "b" {
  supervisor = supervisor.a
  command    = ["true"]
}
pipeline "a" {
  step "a" { # ERROR: step "a" does not say what to do
    reload = null
  }
}
