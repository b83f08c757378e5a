# STRICT
app "mails" {
  command = ["/usr/bin/sendmail", "-bd"] # WARNING: sendmail gets no rights of its own here
}
app "shell" {
  command    = ["sh", "-c", "date | mail -s report root"] # WARNING: mail gets no rights of its own here
  pre_start  = [["true"], ["crontab", "-l"]]              # WARNING: crontab gets no rights of its own here
  post_stop  = [["sh", "-c", "if ! sudo true; then :; fi"]] # WARNING: sudo gets no rights of its own here
  pre_stop   = [["sh", "-c", "echo sudo; echo $(date)"]]
  reload { # WARNING: ping gets no rights of its own here
    command = ["/usr/bin/ping", "-c1", "localhost"]
  }
  health "ping" { # WARNING: ping gets no rights of its own here
    command = ["ping", "-c1", "localhost"]
  }
}
app "half" {
  command = ["sudo", "true"] # WARNING: sudo gets no rights of its own here
  sandbox {
    namespace = "off"
  }
}
app "sudo" {
  command = ["sudo", "true"]
  sandbox {
    namespace         = "off"
    no_new_privileges = false
  }
}
app "like" {
  command = ["/usr/bin/mailer", "--sendmail", "crontab"]
}
app "bit" {
  command = ["~/bin/setuid"] # WARNING: setuid gets no rights of its own here
}
