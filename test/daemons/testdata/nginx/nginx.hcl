# A daemon of the old kind: it forks, and the process that goes on is named by a pid file.
app "nginx" {
  type        = "forking"
  pid_file    = "nginx.pid"
  command     = ["/usr/sbin/nginx", "-p", path.module, "-c", "nginx.conf", "-e", "stderr"]
  directory   = path.module
  env         = { PORT = env("PORT_NGINX") }
  pre_start   = [["sh", "-c", "mkdir -p tmp; echo \"listen 127.0.0.1:$PORT;\" >listen.conf"]]
  stop_signal = "SIGQUIT"
  reload {
    signal = "SIGHUP"
  }
}
