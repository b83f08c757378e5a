# SIGUSR2 has it execute itself again; it says READY=1 once a second.
app "php-fpm" {
  type      = "notify"
  command   = [env("PHP_FPM"), "--nodaemonize", "--fpm-config", "php-fpm.conf"]
  directory = path.module
  env       = { PORT = env("PORT_PHP_FPM") }
  reload {
    signal = "SIGUSR2"
  }
}
