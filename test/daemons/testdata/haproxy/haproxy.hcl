# A master with workers: SIGUSR2 has the master execute itself again.
app "haproxy" {
  type         = "notify"
  command      = ["/usr/sbin/haproxy", "-Ws", "-f", "haproxy.cfg"]
  directory    = path.module
  env          = { PORT = env("PORT_HAPROXY") }
  success_exit = [143]
  reload {
    signal = "SIGUSR2"
  }
}
