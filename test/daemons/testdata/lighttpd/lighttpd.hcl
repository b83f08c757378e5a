# Takes its socket from LISTEN_FDS; SIGUSR1 lets what was accepted be answered under the old configuration.
app "lighttpd" {
  command   = ["/usr/sbin/lighttpd", "-D", "-f", "lighttpd.conf"]
  directory = path.module
  env       = { ROOT = "${path.module}/www" }
  listen "http" {
    address = "127.0.0.1:${env("PORT_LIGHTTPD")}"
  }
  reload {
    signal = "SIGUSR1"
  }
}
