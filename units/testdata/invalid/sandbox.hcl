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
