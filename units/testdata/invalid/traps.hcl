app "a" {
  command = "gunicorn --bind unix app:app" # ERROR: command has to be a list, not a text; It is run without a shell: write each argument as an element of a list, command = ["gunicorn", "--bind", "unix", "app:app"]
  umask   = 022                            # ERROR: umask has to be a text, not a number; In HCL the number 0660 is 660: write it in quotes, umask = "0022"
  env     = { LOGS = "${HOME}/logs" }      # ERROR: unknown name "HOME"; For the home directory write user.home or "~/"
  health "web" {
    path   = "/"
    status = [200-399] # ERROR: Write it as a text: ["200-399"]
  }
  listen "web" {
    address = "unix:web.sock"
    mode    = 0660 # ERROR: mode = "0660"
  }
}

app "b" {
  command = ["${local.venv}/bin/x ${PATH}"] # ERROR: write env("PATH"); to get ${PATH} literally, write $${PATH}
}

app "c" {
  command = "run ${local.venv}" # ERROR: It is run without a shell: write each argument as an element of a list.
}

app "d" {
  command = [python3, "x.py"] # ERROR: unknown name "python3"; Write a text in quotes: "python3"
}

locals {
  venv = "/venv"
}
