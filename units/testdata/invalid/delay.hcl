delay "a" { # ERROR: delay without duration; Write duration = "30s"
}
delay "b" {
  duration   = "1s"
  since      = "start-of-unitd" # ERROR: unknown since
  on_timeout = "continue"       # ERROR: on_timeout without until
}
delay "c" {
  duration = "3651d" # ERROR: A duration is at most 3650d
  until { # ERROR: until of delay without address, url, path or command
  }
}
delay "d" {
  duration = "1s"
  until {
    path    = "x" # ERROR: address, path and command together
    address = "127.0.0.1:80"
    command = ["true"]
  }
}
delay "e" {
  duration = "1s"
  since    = "boot" # ERROR: since = "boot" together with until; The longest wait counts from when the delay starts
  until {
    path = "x"
  }
}
delay "f" {
  duration = "1s"
  since    = "start"
  until {
    path = "x"
  }
}
