# Takes its socket from LISTEN_FDS, and says READY=1 before it has loaded the app: health tells when that is so.
app "gunicorn" {
  type      = "notify"
  command   = ["gunicorn", "--config", "gunicorn.conf.py", "main:app"]
  directory = path.module
  env       = { PYTHONDONTWRITEBYTECODE = "1" } # two versions of main.py may be of the same second
  listen "http" {
    address = "127.0.0.1:${env("PORT_GUNICORN")}"
  }
  reload {
    signal = "SIGHUP"
  }
  health "http" {
    path     = "/"
    interval = "200ms"
  }
}
