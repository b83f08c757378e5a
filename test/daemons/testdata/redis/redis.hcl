# Announces itself by sd_notify(3) once its data is loaded.
app "redis" {
  type      = "notify"
  command   = ["redis-server", "redis.conf", "--port", env("PORT_REDIS"), "--supervised", "systemd"]
  directory = path.module
}
