# The app alone, for a manager that has little memory.
app "site" {
  enabled   = false
  command   = ["/usr/bin/python3", "-m", "uvicorn", "--fd", "3", "--no-access-log", "main:app"]
  directory = "~/site"
  listen "http" {
    address = "127.0.0.1:${env("PORT_SITE")}"
  }
  health "http" {
    path = "/health"
  }
}
