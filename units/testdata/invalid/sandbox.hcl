app "contradicts" {
  command = ["true"]
  sandbox {
    namespace      = "off"
    private_ipc    = true # ERROR: private_ipc needs namespaces, and namespace is "off"; That is said at sandbox.hcl:4
    hide_processes = true # ERROR: hide_processes needs namespaces, and namespace is "off"
  }
}
app "defaults" {
  command = ["true"]
  sandbox {
    namespace = "off"
  }
}
app "says_so" {
  command = ["true"]
  sandbox {
    namespace   = "off"
    private_ipc = false
  }
}
app "null" {
  command = ["true"]
  sandbox {
    namespace   = "off"
    private_ipc = null
  }
}
supervisor "s" {
  defaults {
    sandbox {
      private_ipc = true
    }
  }
}
app "member" {
  supervisor = supervisor.s
  command    = ["true"]
  sandbox {
    namespace = "off" # ERROR: namespace = "off", and private_ipc needs namespaces, which the defaults at sandbox.hcl:32 give
  }
}
app "good_member" {
  supervisor = supervisor.s
  command    = ["true"]
  sandbox {
    namespace   = "off"
    private_ipc = false
  }
}
app "files" {
  command = ["true"]
  sandbox {
    namespace       = "off"
    private_tmp     = true          # ERROR: private_tmp needs namespaces, and namespace is "off"
    private_dev     = true          # ERROR: private_dev needs namespaces
    private_network = true          # ERROR: private_network needs namespaces
    protect_home    = "read-only"   # ERROR: protect_home needs namespaces
    read_only       = ["/usr"]      # ERROR: read_only needs namespaces
    read_write      = ["~/data"]    # ERROR: read_write needs namespaces
    hidden          = ["~/.ssh"]    # ERROR: hidden needs namespaces
  }
}
app "wrong" {
  command = ["true"]
  sandbox {
    tmp_size     = "1G"   # ERROR: tmp_size without private_tmp or private_dev
    protect_home = "yes"  # ERROR: unknown protect_home "yes"; protect_home is "no", "read-only" or "tmpfs"
    read_only    = "/usr" # ERROR: read_only has to be a list
  }
}
app "small" {
  command = ["true"]
  sandbox {
    private_tmp = true
    tmp_size    = "1K" # ERROR: tmp_size is too small; It is at least 1M
  }
}
app "proxied" {
  command = ["true"] # ERROR: worker.port and private_network together; unitd could not reach the worker there: use worker.socket
  sandbox {
    private_network = true
  }
}
pool "proxied" {
  app      = app.proxied
  dispatch = "proxy"
  listen "http" {
    address = "127.0.0.1:8000"
  }
}
app "filters" {
  command = ["true"]
  sandbox {
    seccomp                   = ["@system-services"]       # ERROR: unknown set of system calls "@system-services"; Did you mean "@system-service"?
    restrict_address_families = ["AF_INET", "AF_INTE"]    # ERROR: unknown address family "AF_INTE"; Did you mean "AF_INET"?
    lock_personality          = "maybe"                    # ERROR: lock_personality has to be true or false
  }
}
app "more_filters" {
  command = ["true"]
  sandbox {
    seccomp                   = ["~@mount", "~mont"]      # ERROR: unknown system call "mont"; Did you mean "mount"?
    restrict_address_families = ["AF_INET", "~AF_INET6"]  # ERROR: families with and without "~" in restrict_address_families
  }
}
app "none" {
  command = ["true"]
  sandbox {
    restrict_address_families = ["none", "AF_UNIX"] # ERROR: none beside others in restrict_address_families
  }
}
app "gains" {
  command = ["true"]
  sandbox {
    no_new_privileges = false # ERROR: no_new_privileges = false and seccomp together
    seccomp           = ["@system-service"]
  }
}
app "gains_by_landlock" {
  command = ["true"]
  sandbox {
    no_new_privileges = false # ERROR: no_new_privileges = false and landlock.connect_tcp together
    landlock {
      connect_tcp = []
    }
  }
}
app "landlock" {
  command = ["true"]
  sandbox {
    landlock { # ERROR: landlock without a restriction; Name what can be used
    }
  }
}
app "landlock_values" {
  command = ["true"]
  sandbox {
    namespace = "off"
    landlock {
      connect_tcp = [5432, 70000] # ERROR: an element of connect_tcp is no port; Ports are numbers from 1 to 65535
      scopes      = ["signals"]   # ERROR: unknown scopes "signals"; Did you mean "signal"?
      bind_tcp    = [80]          # ERROR: unknown attribute "bind_tcp" in landlock of sandbox
    }
  }
}
