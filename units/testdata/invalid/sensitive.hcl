variable "password" {
  sensitive = true
  default   = "hunter2"
}
locals {
  url = "postgres://app:${var.password}@db/app"
}
app "a" {
  command     = ["psql", local.url]             # ERROR: take one: a command line is visible in the process list. Put it into `env` and let the program read it there
  pre_start   = [["echo", secret("password")]]  # ERROR: sensitive value in pre_start
  description = var.password                    # ERROR: sensitive value in description
  directory   = "/srv/${var.password}"          # ERROR: sensitive value in directory
  umask       = var.password                    # ERROR: sensitive value in umask
  after       = [var.password]                  # ERROR: sensitive value in after
  success_exit = [var.password]                 # ERROR: sensitive value in success_exit
  path_prepend = [var.password]                 # ERROR: sensitive value in path_prepend
  env_file    = [var.password]                  # ERROR: sensitive value in env_file
  env = {
    URL             = local.url
    NUMBER          = var.password + 1 # ERROR: evaluate an expression with a sensitive value: it failed; The cause is not shown
    (var.password)  = "x"              # ERROR: sensitive value in a key of env
    LIST            = [var.password]   # ERROR: env.LIST has to be a text, not a list
  }
  health "h" {
    url     = "http://${var.password}/" # ERROR: sensitive value in url
    headers = { Authorization = var.password } # ERROR: sensitive value in headers
  }
  listen "x" {
    address = var.password # ERROR: sensitive value in address
  }
}
