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
