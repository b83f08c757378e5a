# A master with workers: SIGUSR2 has the master execute itself again, once the configuration is known to be right.
app "haproxy" {
  type         = "notify"
  command      = ["/usr/sbin/haproxy", "-Ws", "-f", "haproxy.cfg"]
  directory    = path.module
  env          = { PORT = env("PORT_HAPROXY") }
  success_exit = [143]
  reload {
    command = ["sh", "-c", "/usr/sbin/haproxy -c -f haproxy.cfg && kill -USR2 $MAINPID"]
  }
}
