# Takes its socket from LISTEN_FDS. It has no configuration to read again.
app "beanstalkd" {
  command   = ["beanstalkd"]
  directory = path.module
  listen "queue" {
    address = "127.0.0.1:${env("PORT_BEANSTALKD")}"
  }
}
