app "hooks" {
  command    = ["true"]
  pre_start  = [["missing-tool", "x"], ["brought"]] # WARNING: pre_start missing-tool is not in PATH; Looked for in /home/shop/bin
}
app "others" {
  command    = ["true"]
  post_start = [["true"], ["/home/shop/missing"]] # WARNING: post_start /home/shop/missing does not exist; The unit does not start as long as that is so
  pre_stop   = [["~/bin/plain"]]     # WARNING: pre_stop /home/shop/bin/plain is not executable; Run: chmod +x
  post_stop  = [["/home/shop/gone"]] # WARNING: post_stop /home/shop/gone does not exist; What it is there for does not happen
  health "fit" { # WARNING: command of health "fit": missing-check is not in PATH; Looked for in
    command = ["missing-check"]
  }
  reload { # WARNING: reload command /home/shop/gone does not exist; Reloads fail as long as that is so
    command = ["/home/shop/gone"]
  }
  alert "page" {
    command = ["~/bin/missing-pager"] # WARNING: command /home/shop/bin/missing-pager does not exist; Nobody is told as long as that is so
  }
}
job "nightly" {
  command   = ["true"]
  pre_start = [["missing-tool"]] # WARNING: pre_start missing-tool is not in PATH
}
supervisor "all" {
  alert "mail" {
    mail     = ["ops@shop.example"]
    sendmail = "/opt/mail" # WARNING: sendmail /opt/mail does not exist; Nobody is told as long as that is so
  }
}
app "member" {
  supervisor = supervisor.all
  command    = ["true"]
  alert "own" { mail = ["ops@shop.example"] }
}
pipeline "deploy" {
  step "build" {
    command = ["/home/shop/missing-build"] # WARNING: command /home/shop/missing-build does not exist; The step fails as long as that is so
    state   = ["missing-state"]            # WARNING: state missing-state is not in PATH
    undo    = ["true"]
  }
  step "test" { command = ["brought"] }
}
