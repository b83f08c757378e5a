# Every attribute that this version takes, with a value that is not its default.
app "a" {
  description   = "everything"
  enabled       = false
  essential     = true
  supervisor    = supervisor.s
  requires      = [app.b]
  wants         = [app.c]
  binds_to      = [app.d]
  part_of       = [app.b]
  after         = [delay.x]
  before        = [app.z]
  conflicts     = [app.y]
  on_failure    = [app.z]
  on_success    = [app.y]
  command       = ["~/bin/app", "--port", 8001, true, "${path.credentials}/x"]
  type          = "notify"
  directory     = "~/app"
  env           = { PASSWORD = "p:${secret("password")}", N = 1, HOST = "${host.name} ${host.memory} ${user.name} ${user.uid} ${user.gid}" }
  path_prepend  = ["~/venv/bin", "bin"]
  env_file      = ["~/.env", { path = "missing.env", required = false }]
  secret "DB_PASSWORD" {
    value = "p:${secret("password")}"
    env   = true
  }
  secret "tls.key" {
    file = "~/secret/password"
  }
  umask         = "027"
  pre_start     = [["~/bin/app", "check"], ["true"]]
  post_start    = [["a"]]
  pre_stop      = [["b"]]
  post_stop     = [for n in ["c", "d"] : [n, "x"]]
  start_timeout = "1m30s"
  stop_timeout  = "0s"
  runtime_max   = "2d"
  stop_signal   = "INT"
  kill_mode     = "control-group"
  success_exit  = [143, "SIGUSR1"]
  reload {
    command = ["kill", "-HUP", "1"]
  }
  restart {
    policy      = "on-failure"
    delay       = "2m"
    factor      = 1.5
    jitter      = 0
    immediate   = ["oom"]
    reset_after = "5m"
    burst       = 3
    interval    = "10m"
    prevent     = [64, "SIGABRT"]
    force       = [75]
  }
  health "path" {
    path         = "/up?x=1"
    listen       = "web"
    headers      = { Host = "example.org" }
    status       = [204, "300-399", "200"]
    interval     = "500ms"
    timeout      = "1s"
    failures     = 5
    successes    = 2
    start_period = "1m"
    action       = "none"
    gates_ready  = false
  }
  health "command" {
    command = ["~/bin/app", "ping"]
  }
  health "tcp" {
    address = "localhost:3306"
  }
  listen "web" {
    address = "[::]:8001"
    backlog = 10
    public  = true
  }
  listen "socket" {
    address = "unix:web.sock"
    mode    = "660"
    group   = "www-data"
  }
  limits {
    open_files    = 100
    processes     = "unlimited"
    core          = 0
    file_size     = "1G"
    cpu_time      = "1h"
    stack         = "8M"
    address_space = host.memory / 2
    nice          = 5
    oom_score_adj = -10
    cpus          = "1,0,3"
    io_class      = "best-effort:7"
    memory        = "256M"
    tasks         = 40
    cpu           = "150%"
  }
  log {
    mode   = "file"
    stdout = "~/log/a.log"
    stderr = "errors.log"
  }
  sandbox {
    namespace         = "off"
    no_new_privileges = false
  }
}

app "b" {
  command = ["b"]
}
app "c" {
  command = ["c"]
}
app "d" {
  command = ["d"]
}
app "y" {
  command = ["y"]
}
app "z" {
  command = ["z"]
}

supervisor "s" {
  strategy = "rest_for_one"
  restart {
    policy = "no"
  }
}

delay "x" {
  duration = "0s"
  since    = "start"
}
delay "url" {
  duration   = "1s"
  on_timeout = "continue"
  until {
    url = "https://example.org/"
  }
}
delay "path" {
  duration = "1s"
  until {
    path = "ready"
  }
}
delay "command" {
  duration = "1s"
  until {
    command = ["~/bin/app", "ready"]
  }
}

unitd {
  namespace = "off"
  control {
    mode = "0770"
  }
}
