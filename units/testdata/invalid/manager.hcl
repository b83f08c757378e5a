unitd {
  required_version = ">= 9.0" # ERROR: these files require unitd >= 9.0; This is unitd 0.1.0-dev
  namespace        = "on"     # ERROR: unknown namespace "on"
  control {
    mode = 700 # ERROR: mode = "0700"
    socket "ops" {
      path  = "~/ops.sock"
      group = "wheel"           # WARNING: this account is no member of group wheel; Without it the socket is not opened
      mode  = "0660"
      verbs = ["status", "log"] # ERROR: there is no verb "log"; Did you mean "logs"?
    }
    socket "again" {
      path  = "/home/shop/ops.sock" # ERROR: path of socket "ops" again
      verbs = [] # ERROR: verbs is empty; Nobody could ask anything there
    }
    socket "own" {
      path  = "/state/run/control.sock" # ERROR: path of the control socket itself
      group = "ops"
      verbs = ["list"]
    }
    socket "bare" { # ERROR: socket of unitd.control without path # ERROR: socket of unitd.control without verbs
    }
    socket "one-more" { # ERROR: more than 4 sockets of control
      path  = "~/more.sock"
      verbs = ["list"]
    }
  }
}
unitd { # ERROR: second unitd block
}
