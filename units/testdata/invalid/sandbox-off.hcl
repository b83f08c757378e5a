unitd {
  namespace = "off"
}
app "asks" {
  command = ["true"]
  sandbox {
    private_ipc = true # ERROR: private_ipc needs namespaces, and unitd has namespace = "off"; Give this block namespace = "auto" or "required"
  }
}
app "gets" {
  command = ["true"]
  sandbox {
    namespace   = "auto"
    private_ipc = true
  }
}
supervisor "off" {
  defaults {
    sandbox {
      namespace   = "off"
      private_ipc = true # ERROR: private_ipc needs namespaces, and namespace is "off"
    }
  }
}
app "member" {
  supervisor = supervisor.off
  command    = ["true"]
}
