supervisor "a" {
  strategy = "all_for_one" # ERROR: unknown strategy "all_for_one"; strategy is "one_for_one", "one_for_all" or "rest_for_one"
  intensity {              # ERROR: intensity of supervisor without burst
    interval = "0s"        # ERROR: interval is too short
  }
  defaults {
    comand       = ["x"] # ERROR: unknown attribute "comand" in defaults of supervisor
    stop_timeout = 10    # ERROR: stop_timeout = "10s"
    umask        = 22    # ERROR: umask = "0022"
    env          = { A = each.key } # ERROR: "each" in a block without for_each
    restart {
      delay = "soon" # ERROR: delay is no duration: "soon"
    }
    health "x" { # ERROR: health without path, url, address or command
    }
    limits {
      nice = 100 # ERROR: nice is out of range
    }
    sandbox {
      protect_home = "yes" # ERROR: unknown protect_home "yes"; protect_home is "no", "read-only" or "tmpfs"
    }
    directory = "missing" # WARNING: directory /units/missing does not exist
  }
}
app "m" {
  supervisor = supervisor.a
  command    = ["true"]
}
