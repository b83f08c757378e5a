app "a" {
  command = ["true"]
  limits {
    io_class = "realtime:0" # ERROR: io_class "realtime" needs a privilege; An account may choose "best-effort:0"
    cpus     = "0-"         # ERROR: cpus is no list of CPUs: "" is no number of a CPU; Write the numbers of the CPUs: cpus = "0-1,3"
  }
}
app "b" {
  command = ["true"]
  limits {
    io_class = "idle:1"    # ERROR: io_class is no class
    cpus     = "1-0"       # ERROR: cpus is no list of CPUs: 1-0 is empty
  }
}
app "c" {
  command = ["true"]
  limits {
    cpus = true            # ERROR: cpus has to be a text or a list of numbers
  }
}
app "d" {
  command = ["true"]
  limits {
    cpus = [0.5]           # ERROR: cpus is no list of CPUs: "0.5" is no number of a CPU
  }
}
app "e" {
  command = ["true"]
  limits {
    cpu    = 50            # ERROR: cpu is no share of a CPU: "50"; Write "50%" for half of one
    tasks  = 0             # ERROR: tasks is out of range
    memory = "1K"          # ERROR: memory is too small; It is at least 1M.
  }
}
